"""Webhook endpoints: set, switch, rotate, test."""

from typing import Annotated, Any

from fastapi import Query, Request, Response

from app.flows.save_webhook import (
    change_webhook,
    create_webhook,
    rotate_webhook_secret,
    switch_webhook,
    test_webhook,
)
from app.flows.webhook_deliveries import find_webhook, replay_deliveries
from app.routes.admin.common import READ, READERS, Admin, After, Id, Limit, write
from app.routes.bodies import parse_body
from app.routes.deps import admin_act, container_of, etag, expected_version
from app.routes.doors import admin_router
from app.routes.openapi import problems
from app.schemas.admin.common import HostCode, Listed
from app.schemas.admin.players import WhyOnly
from app.schemas.admin.webhooks import (
    DeliveryRow,
    EnableBody,
    ReplayBody,
    Replayed,
    WebhookBody,
    WebhookEdit,
    WebhookRotation,
    WebhookRow,
    WebhookSecret,
    WebhookView,
)
from app.utils.pagination import page

router = admin_router("/webhooks", tag="admin: webhooks")
FOUND = problems("SCOPE_REQUIRED", "WEBHOOK_NOT_FOUND")
EDIT = FOUND | problems("VERSION_CONFLICT", "PRECONDITION_REQUIRED", "VALIDATION_ERROR")


@router.get(
    "",
    operation_id="admin_list_webhooks",
    response_model=Listed[WebhookRow],
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED"),
)
async def endpoints(
    request: Request, host: Annotated[HostCode | None, Query()] = None, after: After = None, limit: Limit = 20
) -> dict[str, Any]:
    """Endpoints, newest first."""
    house = container_of(request).house
    return page(await house.read(lambda keepers: keepers.webhook.page(host, after=after, limit=limit)), limit)


@router.post(
    "",
    operation_id="admin_create_webhook",
    status_code=201,
    response_model=WebhookSecret,
    openapi_extra=write(WebhookBody),
    responses=problems("SCOPE_REQUIRED", "VALIDATION_ERROR"),
)
async def create(request: Request, response: Response, who: Admin) -> dict[str, Any]:
    """A new endpoint, active at once. The answer holds its secret, which is never shown again."""
    body = parse_body(WebhookBody, await request.body())
    house, act = container_of(request).house, admin_act(who, body.reason)
    return _seen(response, await create_webhook(house, act, body.host, body))


@router.get(
    "/{webhook_id}",
    operation_id="admin_webhook",
    response_model=WebhookView,
    dependencies=READERS,
    openapi_extra=READ,
    responses=FOUND,
)
async def endpoint(request: Request, response: Response, webhook_id: Id) -> dict[str, Any]:
    """One endpoint, with the ETag that a change must name."""
    return _seen(response, await find_webhook(container_of(request).house, webhook_id))


@router.put(
    "/{webhook_id}",
    operation_id="admin_change_webhook",
    response_model=WebhookRow,
    openapi_extra=write(WebhookEdit, if_match=True),
    responses=EDIT,
)
async def change(request: Request, response: Response, who: Admin, webhook_id: Id) -> dict[str, Any]:
    """Replaces name, address and filter. What waits goes to the new address."""
    body = parse_body(WebhookEdit, await request.body())
    house, act, version = container_of(request).house, admin_act(who, body.reason), expected_version(request)
    return _seen(response, await change_webhook(house, act, webhook_id, body, expected_version=version))


@router.post(
    "/{webhook_id}/disable",
    operation_id="admin_disable_webhook",
    response_model=WebhookRow,
    openapi_extra=write(WhyOnly, if_match=True),
    responses=EDIT,
)
async def disable(request: Request, response: Response, who: Admin, webhook_id: Id) -> dict[str, Any]:
    """Tells it nothing more. What waits stays, and what happens meanwhile is held for it, as long as deliveries are."""
    body = parse_body(WhyOnly, await request.body())
    house, act, version = container_of(request).house, admin_act(who, body.reason), expected_version(request)
    return _seen(response, await switch_webhook(house, act, webhook_id, is_active=False, expected_version=version))


@router.post(
    "/{webhook_id}/enable",
    operation_id="admin_enable_webhook",
    response_model=WebhookRow,
    openapi_extra=write(EnableBody, if_match=True),
    responses=EDIT,
)
async def enable(request: Request, response: Response, who: Admin, webhook_id: Id) -> dict[str, Any]:
    """Tells it again, and goes on with what waits; with `send_missed` with what happened while it was off, too."""
    body = parse_body(EnableBody, await request.body())
    house, act, version = container_of(request).house, admin_act(who, body.reason), expected_version(request)
    row = await switch_webhook(
        house, act, webhook_id, is_active=True, expected_version=version, sends_missed=body.send_missed
    )
    return _seen(response, row)


@router.post(
    "/{webhook_id}/rotate-secret",
    operation_id="admin_rotate_webhook_secret",
    response_model=WebhookSecret,
    openapi_extra=write(WebhookRotation, if_match=True),
    responses=EDIT,
)
async def rotate(request: Request, response: Response, who: Admin, webhook_id: Id) -> dict[str, Any]:
    """A new secret, shown this once; the present one signs beside it for some hours."""
    body = parse_body(WebhookRotation, await request.body())
    house, act, version = container_of(request).house, admin_act(who, body.reason), expected_version(request)
    kept = {"keep_hours": body.keep_hours, "expected_version": version}
    return _seen(response, await rotate_webhook_secret(house, act, webhook_id, **kept))  # type: ignore[arg-type]


@router.post(
    "/{webhook_id}/test",
    operation_id="admin_test_webhook",
    status_code=202,
    response_model=DeliveryRow,
    openapi_extra=write(WhyOnly),
    responses=FOUND | problems("WEBHOOK_DISABLED", "VALIDATION_ERROR"),
)
async def test(request: Request, who: Admin, webhook_id: Id) -> dict[str, Any]:
    """Queues a message of the type `webhook.test`; its delivery says what came of it."""
    body = parse_body(WhyOnly, await request.body())
    return await test_webhook(container_of(request).house, admin_act(who, body.reason), webhook_id)


@router.post(
    "/{webhook_id}/replay",
    operation_id="admin_replay_deliveries",
    status_code=202,
    response_model=Replayed,
    openapi_extra=write(ReplayBody),
    responses=FOUND | problems("WEBHOOK_DISABLED", "VALIDATION_ERROR"),
)
async def replay(request: Request, who: Admin, webhook_id: Id) -> dict[str, Any]:
    """Sends again what was queued in a span of time, 10,000 deliveries a call at most."""
    body = parse_body(ReplayBody, await request.body())
    house, act = container_of(request).house, admin_act(who, body.reason)
    count = await replay_deliveries(house, act, webhook_id, since=body.since, until=body.until, states=body.states)
    return {"replayed": count}


def _seen(response: Response, row: dict[str, Any]) -> dict[str, Any]:
    response.headers["ETag"] = etag(row["version"])
    return row
