"""What every page of the console shares: its templates, and the desk around its content."""

from pathlib import Path
from typing import Any

from fastapi import Request, Response

from app.core.auth import ADMIN, OPS, SUPPORT
from app.core.errors import ERRORS
from app.core.languages import KOREAN
from app.pages.assets import Assets
from app.pages.console.operator import Operator
from app.pages.console.views import reward_view
from app.pages.design import PICTURES, SHARED_CSS, SHARED_TEMPLATES
from app.pages.flash import clear_flash, take_flash
from app.pages.reader import language_of, theme_of
from app.pages.session import container_of
from app.pages.templating import Templates
from app.utils.random_utils import new_id

HERE = Path(__file__).parent
CSS, SCRIPTS = HERE / "static" / "css", HERE / "static" / "js"
CONSOLE_CSS = ("desk", "sheet", "forms", "facts", "chart", "now", "timeline", "season")

ASSETS = Assets(
    bundles={"console.css": [*SHARED_CSS, *(CSS / f"{name}.css" for name in CONSOLE_CSS)]},
    scripts=sorted(SCRIPTS.glob("*.js")),
    files=PICTURES,
    folder="/console/assets",
)
TEMPLATES = Templates(
    [HERE / "templates", SHARED_TEMPLATES], ASSETS, filters={"reward_view": reward_view}, names_codes=True
)


def show(
    request: Request, template: str, *, who: Operator | None = None, http_status: int = 200, **context: Any
) -> Response:
    """The page, in the reader's language and theme, with what the form before it wanted said."""
    container, language = container_of(request), language_of(request)
    flash = take_flash(request)
    frame = {
        "theme": theme_of(request),
        "path": request.url.path,
        "query": request.url.query,
        "is_demo": container.settings.env == "demo",
        "now": container.clock.now(),
        "new_key": lambda: new_id(container.clock.now()),  # of each form that gives or makes value
        "flash": flash,
        "refusal": refusal_text(language, flash["kind"]) if flash else None,
        "who": who,
        "is_admin": who is not None and who.may(ADMIN),
        "may_switch": who is not None and who.may(ADMIN, OPS),
        "may_help": who is not None and who.may(ADMIN, SUPPORT),
    }
    response = TEMPLATES.answer(template, language, frame | context, status=http_status)
    if flash is not None:
        clear_flash(request, response)
    return response


def refusal_text(language: str, code: str) -> str | None:
    """What a refusal says to people; None for a word that is no refusal."""
    meaning = ERRORS.get(code)
    if meaning is None:
        return None
    return meaning.ko if language == KOREAN else meaning.en
