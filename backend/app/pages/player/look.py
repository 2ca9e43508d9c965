"""What every player page shares: its templates, and the frame around its content."""

from pathlib import Path
from typing import Any

from fastapi import Request, Response

from app.core.languages import KOREAN
from app.core.time_utils import kst_text
from app.pages.assets import Assets
from app.pages.design import PICTURES, SHARED_CSS, SHARED_TEMPLATES
from app.pages.flash import clear_flash, take_flash
from app.pages.reader import language_of, theme_of
from app.pages.session import container_of
from app.pages.templating import Templates

HERE = Path(__file__).parent
CSS, SCRIPTS = HERE / "static" / "css", HERE / "static" / "js"
PLAYER_CSS = (
    "frame", "hero", "board", "track", "bridge", "cards", "notes", "play", "wheel", "dice", "scratch", "boxes",
    "ledger", "coupon", "odds", "enter", "closed", "press", "embed",
)  # fmt: skip

ASSETS = Assets(
    bundles={"player.css": [*SHARED_CSS, *(CSS / f"{name}.css" for name in PLAYER_CSS)]},
    scripts=sorted(SCRIPTS.glob("*.js")),
    files=PICTURES,
)
TEMPLATES = Templates([HERE / "templates", SHARED_TEMPLATES], ASSETS)


def show(
    request: Request, template: str, *, http_status: int = 200, ancestors: tuple[str, ...] = (), **context: Any
) -> Response:
    """The page, in the reader's language and theme, with what the form before it wanted said."""
    container, language = container_of(request), language_of(request)
    now = container.clock.now()
    flash = take_flash(request)
    frame = {
        "theme": theme_of(request),
        "path": request.url.path,
        "is_demo": container.settings.env == "demo",
        "server_now": kst_text(now),
        "now": now,
        "flash": flash,
        "player": None,
    }
    response = TEMPLATES.answer(template, language, frame | context, status=http_status, ancestors=ancestors)
    if flash is not None:
        clear_flash(request, response)
    return response


def text_in(texts: Any, language: str, name: str) -> str:
    """A field of an operator's text in the reader's language, else in Korean, else nothing. Always a plain text."""
    for key in (language, KOREAN):
        block = texts.get(key) if isinstance(texts, dict) else None
        value = block.get(name) if isinstance(block, dict) else None
        if isinstance(value, str) and value.strip():
            return value
    return ""
