"""A7, hosts: who is connected, how they sign and with which keys, what they sent, and what was refused of it."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic_core import from_json

from app.core.auth import ADMIN
from app.core.host_tokens import HOST_ALGORITHMS
from app.domain.config_fields import Label, parse_config
from app.domain.host_signing import LONGEST_KEY, LONGEST_LIFE, SHORTEST_LIFE, HostFields, SigningFields
from app.flows.event_reads import list_events
from app.flows.host_keys import add_host_key, list_hosts, revoke_host_key
from app.flows.save_host import add_host, end_host_signing, set_host_signing, switch_host
from app.flows.unknown_types import unknown_types
from app.pages.console.doors import ConsoleRoute, done
from app.pages.console.forms import LINES, After, FormKey, Id, Reason, Version
from app.pages.console.look import show
from app.pages.console.operator import operator
from app.pages.session import container_of
from app.schemas.admin.common import HostCode
from app.utils.pagination import page

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
Text = Annotated[str, Form(max_length=500)]
EventKey = Annotated[str | None, Query(pattern=r"^[0-9a-f-]{36}$")]


@router.get("/console/hosts")
async def hosts(request: Request) -> Response:
    """Every host with its keys, and where it wants to be told."""
    who = await operator(request)
    house = container_of(request).house
    rows = await list_hosts(house)
    webhooks = await house.read(lambda keepers: keepers.webhook.page(None, after=None, limit=100))
    return show(request, "hosts.html", who=who, hosts=rows, webhooks=webhooks, algorithms=sorted(HOST_ALGORITHMS))


@router.get("/console/hosts/new")
async def new(request: Request) -> Response:
    """A form for a new host."""
    return show(request, "host_new.html", who=await operator(request, ADMIN))


@router.post("/console/hosts/new")
async def add(request: Request, code: Text, name: Text, reason: Reason) -> Response:
    """A new host, active at once. Next it needs a key."""
    request.state.back = "/console/hosts"
    who = await operator(request, ADMIN)
    fields = parse_config(HostFields, {"code": code.strip(), "name": name}, "VALIDATION_ERROR")
    await add_host(container_of(request).house, who.act(reason), fields)
    return done(request, "/console/hosts")


@router.post("/console/hosts/{code}/disable")
async def disable(request: Request, code: HostCode, reason: Reason, version: Version) -> Response:
    """Its server and its players are refused; nothing is lost."""
    return await _switch(request, code, reason, version, is_active=False)


@router.post("/console/hosts/{code}/enable")
async def enable(request: Request, code: HostCode, reason: Reason, version: Version) -> Response:
    """They are let in again."""
    return await _switch(request, code, reason, version, is_active=True)


async def _switch(request: Request, code: str, reason: str, version: int, *, is_active: bool) -> Response:
    request.state.back = "/console/hosts"
    who = await operator(request, ADMIN)
    house = container_of(request).house
    await switch_host(house, who.act(reason), code, is_active=is_active, expected_version=version)
    return done(request, "/console/hosts")


@router.post("/console/hosts/{code}/signing")
async def sign(
    request: Request,
    code: HostCode,
    *,
    algorithm: Text,
    issuer: Text,
    max_life_seconds: Annotated[int, Form(ge=SHORTEST_LIFE, le=LONGEST_LIFE)],
    reason: Reason,
    version: Version,
    audience: Text = "",
    jwks_url: Text = "",
    public_key: Annotated[str, Form(max_length=LONGEST_KEY)] = "",
) -> Response:
    """How a host signs its own players' tokens; all of it is replaced; a field left empty is none."""
    request.state.back = "/console/hosts"
    who = await operator(request, ADMIN)
    container = container_of(request)
    given = {"algorithm": algorithm, "issuer": issuer, "audience": audience, "jwks_url": jwks_url}
    document = {name: text.strip() or None for name, text in (given | {"public_key": public_key}).items()}
    fields = parse_config(SigningFields, document | {"max_life_seconds": max_life_seconds}, "VALIDATION_ERROR")
    ours, jwks = container.keys, container.authenticator.jwks
    await set_host_signing(
        container.house, who.act(reason), code, fields, ours=ours, jwks=jwks, expected_version=version
    )
    return done(request, "/console/hosts")


@router.post("/console/hosts/{code}/signing/end")
async def end_signing(request: Request, code: HostCode, reason: Reason, version: Version) -> Response:
    """The host's own tokens count no longer."""
    request.state.back = "/console/hosts"
    who = await operator(request, ADMIN)
    await end_host_signing(container_of(request).house, who.act(reason), code, expected_version=version)
    return done(request, "/console/hosts")


@router.post("/console/hosts/{code}/keys")
async def add_key(
    request: Request, code: HostCode, name: Annotated[Label, Form()], reason: Reason, key: FormKey
) -> Response:
    """A further key for a host's server, shown this once."""
    request.state.back = "/console/hosts"
    who = await operator(request, ADMIN)
    container, act = container_of(request), who.keyed(reason, key, code, name)
    made = from_json((await add_host_key(container.house, act, code, name, own_secrets=container.keys.secrets)).body)
    return show(request, "secret.html", who=who, secret=made["key"], name=name, back="/console/hosts", kind="KEY")


@router.post("/console/keys/{key_id}/revoke")
async def revoke_key(request: Request, key_id: Id, reason: Reason) -> Response:
    """Ends a key: the next call with it is refused."""
    request.state.back = "/console/hosts"
    who = await operator(request, ADMIN)
    await revoke_host_key(container_of(request).house, who.act(reason), key_id)
    return done(request, "/console/hosts")


@router.get("/console/hosts/events")
async def events(request: Request, after: EventKey = None) -> Response:
    """The tail of what hosts sent and we took, newest first."""
    who = await operator(request)
    rows = await list_events(
        container_of(request).house, host=None, event_type=None, external_id=None, after=after, limit=LINES
    )
    return show(request, "host_events.html", who=who, found=page(rows, LINES), after=after)


@router.get("/console/hosts/unknown")
async def unknown(request: Request) -> Response:
    """Types of events that came and that no rule names, with an example each."""
    who = await operator(request)
    return show(request, "host_unknown.html", who=who, found=await unknown_types(container_of(request).house))


@router.get("/console/hosts/rejected")
async def rejected(request: Request, after: After = None) -> Response:
    """What hosts sent and we did not take, with the reason."""
    who = await operator(request)
    house = container_of(request).house
    rows = await house.read(lambda keepers: keepers.host_event.rejected(host=None, code=None, after=after, limit=LINES))
    not_kept = await house.read(lambda keepers: keepers.host_event.not_kept())
    found = page(rows, LINES)
    return show(request, "host_rejected.html", who=who, found=found, after=after, not_kept=not_kept)
