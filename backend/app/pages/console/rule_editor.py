"""A7, the editor of a rule: what is wrong stands beside its field, and what it would have given beside the form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import TypeAdapter

from app.core.auth import ADMIN
from app.core.errors import AppError, invalid
from app.core.numbers import whole_number
from app.domain.bridge_config import HostEventType
from app.domain.config_diff import Change, diff
from app.domain.config_fields import EARLIEST_YEAR, LATEST_YEAR, WallMoment, parse_config
from app.domain.rule_config import RuleConfig
from app.flows.config_warnings import config_warnings
from app.flows.save_rule import add_rule_version, create_rule, rule_document, rule_named, rule_version
from app.pages.console.documents import Problem, problems_of, read_document, read_reason, written
from app.pages.console.doors import ConsoleRoute, done
from app.pages.console.forms import on_the_wall
from app.pages.console.look import show
from app.pages.console.operator import Operator, operator
from app.pages.console.rules import PLACE, WEEK, RuleCode
from app.pages.session import container_of
from app.schemas.admin.rules import EXAMPLE, RuleNew

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
HEAD = ("code", "title", "host")
# what a rule for a type that has none begins with
FIRST_RULE: dict[str, Any] = {"event_types": [], "cap_per_day": 5, "effects": [{"kind": "XP", "amount": 20}]}
WALL_MOMENT = TypeAdapter(WallMoment)


@dataclass(slots=True)
class Draft:
    """A version being written. `rule` None: the first one of a new rule. `base`: the version it began with."""

    rule: dict[str, Any] | None
    base: dict[str, Any] | None
    typed: dict[str, str]
    config: RuleConfig | None = None
    problems: list[Problem] = field(default_factory=list)
    trial: dict[str, Any] | None = None
    warnings: list[dict[str, Any]] = field(default_factory=list)

    @property
    def changes(self) -> list[Change]:
        """What differs from the version that it began with."""
        return diff(self.base["config"], self.config.view()) if self.base and self.config else []


@router.get("/console/rules/new")
async def new(request: Request, event_type: Annotated[HostEventType | None, Query(alias="type")] = None) -> Response:
    """A form with an example to start from, for a type of event where one is asked for."""
    who = await operator(request, ADMIN)
    document = EXAMPLE if event_type is None else FIRST_RULE | {"event_types": [event_type]}
    typed = dict.fromkeys(HEAD, "") | {"config": written(document)}
    return await _page(request, who, Draft(None, None, typed, _readable(document)))


@router.get("/console/rules/{code}/new")
async def draft(
    request: Request, code: RuleCode, base: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None
) -> Response:
    """A form with a version to start from: by default the one in force, else the newest."""
    request.state.back = f"{PLACE}/{code}"
    who = await operator(request, ADMIN)
    begun = await _begun(request, code, str(base or ""), {})
    document = begun.base["config"] if begun.base else {}
    begun.typed["config"], begun.config = written(document), _readable(document)
    return await _page(request, who, begun)


@router.post("/console/rules/new")
async def save_new(request: Request) -> Response:
    """Saves a new rule, not yet in force; or shows it again."""
    return await _sent(request, None)


@router.post("/console/rules/{code}/new")
async def save(request: Request, code: RuleCode) -> Response:
    """Saves a further version, not yet in force; or shows it again, with what is wrong or what it would have given."""
    return await _sent(request, code)


async def _sent(request: Request, code: str | None) -> Response:
    request.state.back = PLACE
    who = await operator(request, ADMIN)
    form = await request.form()
    typed = {name: value for name, value in form.items() if isinstance(value, str)}
    typed = dict.fromkeys((*HEAD, "config"), "") | typed
    begun = Draft(None, None, typed) if code is None else await _begun(request, code, typed.get("base", ""), typed)
    try:
        begun.config = parse_config(RuleConfig, read_document(typed["config"]), "VALIDATION_ERROR")
        if typed.get("do") == "try":
            begun.trial = await _trial(request, begun, begun.config)
        if typed.get("do") == "save":
            return await _saved(request, who, begun, begun.config)
    except AppError as refusal:
        begun.problems = problems_of(request, refusal, typed["config"])
    return await _page(request, who, begun, 422 if typed.get("do") == "save" else 200)


def _readable(document: dict[str, Any]) -> RuleConfig | None:
    try:
        return parse_config(RuleConfig, document, "INVALID_RULE")
    except AppError:  # somebody wrote it past us: it can be mended here
        return None


async def _begun(request: Request, code: str, base: str, typed: Mapping[str, str]) -> Draft:
    house = container_of(request).house
    rule = await rule_named(house, code)
    number = whole_number(base, most_digits=9) or 0
    version = await rule_version(house, code, number or rule["active_version"] or rule["newest_version"])
    return Draft(rule, version, dict(typed))


async def _saved(request: Request, who: Operator, begun: Draft, config: RuleConfig) -> Response:
    house, typed = container_of(request).house, begun.typed
    act = who.act(read_reason(typed.get("reason", "")))
    if begun.rule is not None:
        row = await add_rule_version(house, act, begun.rule["code"], config)
        return done(request, f"{PLACE}/{begun.rule['code']}/versions/{row['version']}", "SAVED")
    head = {name: typed[name].strip() for name in HEAD}
    whole = head | {"host": head["host"] or None, "config": config, "reason": act.reason}
    one = parse_config(RuleNew, whole, "VALIDATION_ERROR")
    await create_rule(house, act, code=one.code, title=one.title, host=one.host, config=config)
    return done(request, f"{PLACE}/{one.code}/versions/1", "SAVED")


async def _trial(request: Request, begun: Draft, config: RuleConfig) -> dict[str, Any]:
    host = begun.rule["host"] if begun.rule else begun.typed["host"].strip() or None
    moments = {}
    for name in ("since", "until"):
        try:
            moments[name] = WALL_MOMENT.validate_python(begun.typed.get(name, ""))
        except ValueError:
            raise invalid((name, f"YYYY-MM-DDTHH:MM, {EARLIEST_YEAR} to {LATEST_YEAR}")) from None
    return await container_of(request).rule_replays.replay(config, host=host, **moments)


async def _page(request: Request, who: Operator, begun: Draft, status: int = 200) -> Response:
    container = container_of(request)
    hosts = await container.house.read(lambda keepers: keepers.identity.active_hosts())
    now = container.clock.now()
    if begun.config is not None:
        code, host = (begun.rule["code"], begun.rule["host"]) if begun.rule else (None, begun.typed["host"] or None)
        begun.warnings = await config_warnings(container.house, rule_document(code, host, begun.config.view()))
    defaults = {"since": on_the_wall(now - WEEK), "until": on_the_wall(now), "reason": ""}
    return show(
        request,
        "rule_edit.html",
        who=who,
        http_status=status,
        draft=begun,
        typed=defaults | begun.typed,
        hosts=[host.code for host in hosts],
    )
