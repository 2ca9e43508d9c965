"""The editor of what operators keep as one JSON document: a mission, a campaign of codes, a leaderboard, a contest."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, Literal, Protocol, TypeVar

from fastapi import APIRouter, Form, Path, Request, Response

from app.core.auth import ADMIN
from app.core.errors import AppError
from app.domain.config_diff import Change, diff
from app.domain.config_fields import Code, StrictModel, parse_config
from app.flows.config_warnings import config_warnings
from app.flows.steps.check_references import ConfigDocument
from app.flows.steps.once import KeyedAct
from app.pages.console.documents import Document, Problem, Typed, problems_of, read_document, read_reason, written
from app.pages.console.doors import ConsoleRoute, done
from app.pages.console.forms import FormKey, Reason, Version
from app.pages.console.look import show
from app.pages.console.operator import Operator, operator
from app.pages.session import container_of
from app.services import House
from app.services.audit_service import AdminAct

M = TypeVar("M", bound=StrictModel)
Row = dict[str, Any]
DocumentCode = Annotated[Code, Path()]
Do = Annotated[Literal["save", "look"], Form()]


class Switch(Protocol):
    """A flow that puts a document in force, or takes it out."""

    def __call__(
        self, house: House, act: AdminAct, code: str, *, is_active: bool, expected_version: int | None
    ) -> Awaitable[Row]: ...


@dataclass(frozen=True, slots=True)
class Kind(Generic[M]):
    """One kind of document: where its pages are, its shape, and the flows that keep it."""

    place: str
    model: type[M]
    example: Mapping[str, Any]
    stored: Callable[[House, str], Awaitable[tuple[Row, int]]]
    create: Callable[[House, KeyedAct, M], Awaitable[Row]]
    replace: Callable[[House, AdminAct, str, M, int], Awaitable[Row]]
    names: Callable[[M], ConfigDocument]  # what of it may name something that isn't there
    switch: Switch | None = None  # puts it in force and ends it; what that means is said at the flow


@dataclass(slots=True)
class Draft:
    """A document being written. `code` None: a new one. `changes` None: it can't be read yet."""

    code: str | None
    version: int
    text: str
    problems: list[Problem] = field(default_factory=list)
    changes: list[Change] | None = field(default_factory=list)
    reason: str = ""
    key: str = ""  # of the form, for a new one
    warnings: list[Row] = field(default_factory=list)


def editor(kind: Kind[M]) -> APIRouter:
    """The pages on which a kind is made and changed. Put them before those that take any code."""
    router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

    @router.get(f"{kind.place}/new")
    async def new(request: Request) -> Response:
        who = await operator(request, ADMIN)
        example = {name: value for name, value in kind.example.items() if name in kind.model.model_fields}
        return _page(request, who, kind, Draft(None, 0, written(example)))

    @router.get(f"{kind.place}/{{code}}/edit")
    async def edit(request: Request, code: DocumentCode) -> Response:
        request.state.back = kind.place
        who = await operator(request, ADMIN)
        house = container_of(request).house
        stored, version = await kind.stored(house, code)
        draft = Draft(code, version, written(_as_typed(stored)))
        draft.warnings = await _warnings(house, kind, stored)
        return _page(request, who, kind, draft)

    @router.post(f"{kind.place}/new")
    async def create(
        request: Request, *, config: Document, key: FormKey, reason: Typed = "", do: Do = "save"
    ) -> Response:
        who = await operator(request, ADMIN)
        return await _sent(request, who, kind, Draft(None, 0, config, reason=reason, key=key), do)

    @router.post(f"{kind.place}/{{code}}/edit")
    async def replace(
        request: Request, code: DocumentCode, *, config: Document, version: Version, reason: Typed = "", do: Do = "save"
    ) -> Response:
        request.state.back = kind.place
        who = await operator(request, ADMIN)
        return await _sent(request, who, kind, Draft(code, version, config, reason=reason), do)

    if kind.switch is not None:
        _add_switch(router, kind.place, kind.switch)
    return router


def _add_switch(router: APIRouter, place: str, switch: Switch) -> None:
    async def turn(request: Request, code: str, reason: str, version: int, *, is_active: bool) -> Response:
        back = request.state.back = f"{place}/{code}"
        who = await operator(request, ADMIN)
        house = container_of(request).house
        await switch(house, who.act(reason), code, is_active=is_active, expected_version=version)
        return done(request, back)

    @router.post(f"{place}/{{code}}/activate")
    async def activate(request: Request, code: DocumentCode, reason: Reason, version: Version) -> Response:
        return await turn(request, code, reason, version, is_active=True)

    @router.post(f"{place}/{{code}}/retire")
    async def retire(request: Request, code: DocumentCode, reason: Reason, version: Version) -> Response:
        return await turn(request, code, reason, version, is_active=False)


async def _sent(request: Request, who: Operator, kind: Kind[M], draft: Draft, do: str) -> Response:
    """Saves it, or shows it again with what is wrong and what would change."""
    house = container_of(request).house
    stored = {} if draft.code is None else (await kind.stored(house, draft.code))[0]
    draft.changes = None
    try:
        config = parse_config(kind.model, read_document(draft.text), "VALIDATION_ERROR")
        draft.changes = diff(_plain(kind.model, stored), config.model_dump(mode="json")) if stored else []
        draft.warnings = await config_warnings(house, kind.names(config))
        if do == "save":
            reason = read_reason(draft.reason)
            if draft.code is None:
                row = await kind.create(house, who.keyed(reason, draft.key, kind.place, draft.text), config)
            else:
                row = await kind.replace(house, who.act(reason), draft.code, config, draft.version)
            return done(request, f"{kind.place}/{row['code']}", "SAVED")
    except AppError as refusal:
        draft.problems = problems_of(request, refusal, draft.text)
    return _page(request, who, kind, draft, 422 if do == "save" else 200)


async def _warnings(house: House, kind: Kind[M], stored: Row) -> list[Row]:
    """What of a stored document can't be reached; nothing for one that can't be read."""
    try:
        return await config_warnings(house, kind.names(parse_config(kind.model, stored, "VALIDATION_ERROR")))
    except AppError:
        return []


def _plain(model: type[M], stored: Row) -> Row:
    """What stands, as the model writes it today: what is only written otherwise is no change."""
    try:
        return parse_config(model, stored, "VALIDATION_ERROR").model_dump(mode="json")
    except AppError:  # an older form, or written past us
        return stored


def _as_typed(stored: Row) -> Row:
    """What stands, without the nothings inside its rewards: every field of its own is shown."""
    return {name: _full(value) for name, value in stored.items()}


def _full(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _full(part) for name, part in value.items() if part is not None}
    return [_full(part) for part in value] if isinstance(value, list | tuple) else value


def _page(request: Request, who: Operator, kind: Kind[M], draft: Draft, status: int = 200) -> Response:
    return show(request, "document_edit.html", who=who, http_status=status, place=kind.place, draft=draft)
