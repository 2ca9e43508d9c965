"""A7, webhooks: endpoints, every delivery and every try of it, and sending again."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Path, Query, Request, Response
from pydantic import StringConstraints

from app.core.auth import ADMIN
from app.domain.config_fields import WallMoment, parse_config
from app.domain.event_names import Topic
from app.domain.webhook_config import EndpointFields
from app.flows.save_webhook import create_webhook, rotate_webhook_secret, switch_webhook, test_webhook
from app.flows.webhook_deliveries import find_delivery, find_webhook, replay_deliveries, replay_delivery
from app.pages.console.doors import ConsoleRoute, done
from app.pages.console.forms import LINES, After, Id, Reason, Version
from app.pages.console.look import show
from app.pages.console.operator import Operator, operator
from app.pages.session import container_of
from app.schemas.admin.common import HostCode
from app.utils.pagination import page

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
STATES = ("DEAD", "HELD", "PENDING", "DELIVERED")
State = Annotated[Literal["", "DEAD", "HELD", "PENDING", "DELIVERED"], Query()]
Text = Annotated[str, Form(max_length=500)]
TopicText = Annotated[str, StringConstraints(max_length=100)]
Switch = Annotated[Literal["enable", "disable"], Path()]


@router.get("/console/webhooks/new")
async def new(request: Request) -> Response:
    """A form for a new endpoint."""
    who = await operator(request, ADMIN)
    hosts = await container_of(request).house.read(lambda keepers: keepers.identity.active_hosts())
    return show(request, "webhook_new.html", who=who, hosts=[host.code for host in hosts], topics=list(Topic))


@router.post("/console/webhooks/new")
async def create(
    request: Request,
    *,
    host: Annotated[HostCode, Form()],
    name: Text,
    url: Text,
    reason: Reason,
    topics: Annotated[tuple[TopicText, ...], Form(max_length=50)] = (),
) -> Response:
    """A new endpoint, active at once; its secret is shown this once."""
    request.state.back = "/console/hosts"
    who = await operator(request, ADMIN)
    document = {"name": name.strip(), "url": url.strip(), "topics": [topic for topic in Topic if topic.value in topics]}
    fields = parse_config(EndpointFields, document, "VALIDATION_ERROR")
    row = await create_webhook(container_of(request).house, who.act(reason), host, fields)
    return _secret(request, who, row)


@router.get("/console/webhooks/{webhook_id}")
async def webhook(request: Request, webhook_id: Id, state: State = "", after: After = None) -> Response:
    """One endpoint with its deliveries, newest first."""
    request.state.back = "/console/hosts"
    who = await operator(request)
    house = container_of(request).house
    found = await find_webhook(house, webhook_id)
    wanted = {"endpoint_id": webhook_id, "state": state or None}
    rows = await house.read(lambda keepers: keepers.delivery.page(after=after, limit=LINES, **wanted))
    return show(
        request,
        "webhook.html",
        who=who,
        hook=found,
        found=page(rows, LINES),
        states=STATES,
        kept_days=container_of(request).settings.retain_deliveries_days,
        state_asked=state,
        after=after,
    )


@router.post("/console/webhooks/{webhook_id}/rotate")
async def rotate(
    request: Request,
    webhook_id: Id,
    *,
    keep_hours: Annotated[int, Form(ge=0, le=168)],
    reason: Reason,
    version: Version,
) -> Response:
    """A new secret, shown this once; the present one signs beside it for some hours."""
    request.state.back = f"/console/webhooks/{webhook_id}"
    who = await operator(request, ADMIN)
    row = await rotate_webhook_secret(
        container_of(request).house, who.act(reason), webhook_id, keep_hours=keep_hours, expected_version=version
    )
    return _secret(request, who, row)


@router.post("/console/webhooks/{webhook_id}/test")
async def test(request: Request, webhook_id: Id, reason: Reason) -> Response:
    """Queues a message of the type `webhook.test`."""
    back = request.state.back = f"/console/webhooks/{webhook_id}"
    who = await operator(request, ADMIN)
    await test_webhook(container_of(request).house, who.act(reason), webhook_id)
    return done(request, back, "ASKED")


@router.post("/console/webhooks/{webhook_id}/replay")
async def replay(
    request: Request,
    webhook_id: Id,
    *,
    since: Annotated[WallMoment, Form()],
    until: Annotated[WallMoment, Form()],
    reason: Reason,
    states: Annotated[tuple[Literal["DEAD", "HELD"], ...], Form(max_length=2)] = (),
) -> Response:
    """Sends again what was given up, or what was held while the endpoint was off, in a span of time."""
    back = request.state.back = f"/console/webhooks/{webhook_id}"
    who = await operator(request, ADMIN)
    house = container_of(request).house
    await replay_deliveries(house, who.act(reason), webhook_id, states=states or ("DEAD",), since=since, until=until)
    return done(request, back, "ASKED")


@router.post("/console/webhooks/{webhook_id}/{switch}")
async def switch(
    request: Request,
    webhook_id: Id,
    switch: Switch,
    *,
    reason: Reason,
    version: Version,
    send_missed: Annotated[bool, Form()] = False,
) -> Response:
    """Tells it again, with what it missed if that is wanted, or nothing more."""
    back = request.state.back = f"/console/webhooks/{webhook_id}"
    who = await operator(request, ADMIN)
    house = container_of(request).house
    await switch_webhook(
        house,
        who.act(reason),
        webhook_id,
        is_active=switch == "enable",
        expected_version=version,
        sends_missed=send_missed,
    )
    return done(request, back)


@router.get("/console/deliveries/{delivery_id}")
async def delivery(request: Request, delivery_id: Id) -> Response:
    """One delivery with what is sent and every try."""
    request.state.back = "/console/hosts"
    who = await operator(request)
    return show(request, "delivery.html", who=who, row=await find_delivery(container_of(request).house, delivery_id))


@router.post("/console/deliveries/{delivery_id}/replay")
async def replay_one(request: Request, delivery_id: Id, reason: Reason) -> Response:
    """Sends it again, with the same webhook-id and the whole schedule before it."""
    back = request.state.back = f"/console/deliveries/{delivery_id}"
    who = await operator(request, ADMIN)
    await replay_delivery(container_of(request).house, who.act(reason), delivery_id)
    return done(request, back, "ASKED")


def _secret(request: Request, who: Operator, row: dict[str, Any]) -> Response:
    back = f"/console/webhooks/{row['id']}"
    return show(request, "secret.html", who=who, secret=row["secret"], name=row["name"], back=back, kind="WEBHOOK")
