"""A3, the texts that players read: each with how it looks in both languages, and everybody who changed it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from app.core.auth import ADMIN
from app.core.errors import AppError
from app.core.languages import LANGUAGES
from app.core.numbers import whole_number
from app.domain.config_diff import Change, diff
from app.domain.config_fields import parse_config
from app.flows.edit_ui_config import edit_ui_config
from app.pages.console.documents import Problem, problems_of, read_reason
from app.pages.console.doors import ConsoleRoute, done
from app.pages.console.forms import LINES, After
from app.pages.console.look import show
from app.pages.console.operator import Operator, operator
from app.pages.player.look import text_in
from app.pages.session import container_of
from app.schemas.admin.ui_config import UiConfigBody
from app.utils.pagination import page

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
Key = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,49}$")]
PLACE = "/console/texts"
# what players' pages look for; other keys are an application's own
KNOWN: dict[str, tuple[str, ...]] = {
    "event_home": ("title", "body"),
    "notice_home": ("title", "body"),
    "event_notes": ("body", "support"),
    "ticket_zero": ("title", "body", "button"),
}
Value = dict[str, Any]


@dataclass(slots=True)
class Draft:
    """A text being written. `version` 0: there is none yet."""

    key: str
    stored: Value
    value: Value
    version: int
    problems: list[Problem] = field(default_factory=list)
    reason: str = ""

    @property
    def names(self) -> list[str]:
        """The fields that hold plain texts, those of players' pages first."""
        blocks = [block for block in (*self.stored.values(), *self.value.values()) if isinstance(block, dict)]
        own = [name for block in blocks for name, part in block.items() if isinstance(part, str)]
        return list(dict.fromkeys((*KNOWN.get(self.key, ()), *own)))

    @property
    def kept(self) -> Value:
        """What is no plain text: a save here leaves it as it is."""
        return {language: rest for language, block in self.stored.items() if (rest := _kept(block))}

    @property
    def changes(self) -> list[Change]:
        return diff(self.stored, self.value)

    @property
    def seen(self) -> dict[str, dict[str, str]]:
        """What a player of each language reads, field by field."""
        return {language: {name: text_in(self.value, language, name) for name in self.names} for language in LANGUAGES}


@router.get("/console/texts")
async def texts(request: Request) -> Response:
    """Every text; those that players' pages look for stand here even while nobody has written them."""
    who = await operator(request)
    rows = await container_of(request).house.read(lambda keepers: keepers.ui_config.all())
    unwritten = sorted(KNOWN.keys() - {row["config_key"] for row in rows})
    return show(request, "texts.html", who=who, rows=rows, unwritten=unwritten, known=KNOWN)


@router.get("/console/texts/{key}")
async def text(request: Request, key: Key, after: After = None) -> Response:
    """One text as it stands, and who changed it."""
    request.state.back = PLACE
    who = await operator(request)
    return await _page(request, who, await _draft(request, key), after=after)


@router.post("/console/texts/{key}")
async def save(request: Request, key: Key) -> Response:
    """Saves a text, or shows again what was typed, as players would see it."""
    request.state.back = PLACE
    who = await operator(request, ADMIN)
    form = await request.form()
    typed = {name: part.replace("\r\n", "\n").strip() for name, part in form.items() if isinstance(part, str)}
    draft = await _draft(request, key)
    draft.value, draft.reason = _value(draft, typed), typed.get("reason", "")
    version = typed.get("version", "")
    number = whole_number(version, most_digits=9)
    draft.version = -1 if number is None else number
    if typed.get("do") != "save":
        return await _page(request, who, draft)
    try:
        act = who.act(read_reason(draft.reason))
        body = parse_config(UiConfigBody, {"value": draft.value, "reason": act.reason}, "VALIDATION_ERROR")
        house = container_of(request).house
        await edit_ui_config(house, act, key, body.value, expected_version=draft.version, is_blind=False)
    except AppError as refusal:
        draft.problems = problems_of(request, refusal, "")
        return await _page(request, who, draft, status=422)
    return done(request, f"{PLACE}/{key}", "SAVED")


async def _draft(request: Request, key: str) -> Draft:
    row = await container_of(request).house.read(lambda keepers: keepers.ui_config.find(key))
    if row is None and key not in KNOWN:
        raise AppError("NOT_FOUND")
    value = row["value"] if row else {}
    return Draft(key, value, value, row["version"] if row else 0)


def _value(draft: Draft, typed: Mapping[str, str]) -> Value:
    """The text as it was typed: an empty field is none, and a language without any is left out."""
    value: Value = {}
    for language in LANGUAGES:
        kept = draft.kept.get(language, {})
        if not isinstance(kept, dict):  # one bare text, or what only an application reads
            value[language] = kept
            continue
        texts = {name: text for name in draft.names if (text := typed.get(f"{language}.{name}", ""))}
        if texts or kept:
            value[language] = texts | kept
    return value


def _kept(block: Any) -> Any:
    if not isinstance(block, dict):
        return block
    return {name: part for name, part in block.items() if not isinstance(part, str)}


async def _page(
    request: Request, who: Operator, draft: Draft, *, after: int | None = None, status: int = 200
) -> Response:
    acts = await container_of(request).house.read(
        lambda keepers: keepers.audit.page(target=f"ui_config:{draft.key}", after=after, limit=LINES)
    )
    history = page(acts, LINES)
    return show(request, "text.html", who=who, http_status=status, draft=draft, history=history, after=after)
