"""A7, hosts: who is connected and with which keys, what they sent, and what was refused of it."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response

from app.core.auth import ADMIN
from app.domain.config_fields import Label
from app.flows.event_reads import list_events
from app.flows.host_keys import add_host_key, list_hosts, revoke_host_key
from app.pages.console.doors import ConsoleRoute, done
from app.pages.console.forms import LINES, After, Id, Reason
from app.pages.console.look import show
from app.pages.console.operator import operator
from app.pages.session import container_of
from app.schemas.admin.common import HostCode
from app.utils.pagination import page

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
EventKey = Annotated[str | None, Query(pattern=r"^[0-9a-f-]{36}$")]


@router.get("/console/hosts")
async def hosts(request: Request) -> Response:
    """Every host with its keys, and where it wants to be told."""
    who = await operator(request)
    house = container_of(request).house
    rows = await list_hosts(house)
    webhooks = await house.read(lambda keepers: keepers.webhook.page(None, after=None, limit=100))
    return show(request, "hosts.html", who=who, hosts=rows, webhooks=webhooks)


@router.post("/console/hosts/{code}/keys")
async def add_key(request: Request, code: HostCode, name: Annotated[Label, Form()], reason: Reason) -> Response:
    """A further key for a host's server, shown this once."""
    request.state.back = "/console/hosts"
    who = await operator(request, ADMIN)
    row = await add_host_key(container_of(request).house, who.act(reason), code, name)
    return show(request, "secret.html", who=who, secret=row["key"], name=name, back="/console/hosts", kind="KEY")


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


@router.get("/console/hosts/rejected")
async def rejected(request: Request, after: After = None) -> Response:
    """What hosts sent and we did not take, with the reason."""
    who = await operator(request)
    rows = await container_of(request).house.read(
        lambda keepers: keepers.host_event.rejected(host=None, code=None, after=after, limit=LINES)
    )
    return show(request, "host_rejected.html", who=who, found=page(rows, LINES), after=after)
