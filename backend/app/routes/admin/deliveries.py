"""Webhook deliveries: look, send again."""

from typing import Annotated, Any

from fastapi import Query, Request

from app.domain.webhooks import DeliveryState
from app.flows.webhook_deliveries import find_delivery, replay_delivery
from app.routes.admin.common import READ, READERS, Admin, After, Id, Limit, write
from app.routes.bodies import parse_body
from app.routes.deps import admin_act, container_of
from app.routes.doors import admin_router
from app.routes.openapi import problems
from app.schemas.admin.common import Listed
from app.schemas.admin.players import WhyOnly
from app.schemas.admin.webhooks import AnyTopic, DeliveryRow, DeliveryView
from app.utils.pagination import page

router = admin_router("/webhook-deliveries", tag="admin: webhooks")
Number = Annotated[int | None, Query(ge=1, le=2**63 - 1)]
FOUND = problems("SCOPE_REQUIRED", "DELIVERY_NOT_FOUND")


@router.get(
    "",
    operation_id="admin_list_deliveries",
    response_model=Listed[DeliveryRow],
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED"),
)
async def deliveries(
    request: Request,
    *,
    webhook_id: Number = None,
    state: DeliveryState | None = None,
    topic: AnyTopic | None = None,
    user_id: Number = None,
    after: After = None,
    limit: Limit = 20,
) -> dict[str, Any]:
    """Deliveries, newest first."""
    wanted = {"endpoint_id": webhook_id, "state": state, "topic": topic, "user_id": user_id}
    house = container_of(request).house
    return page(await house.read(lambda keepers: keepers.delivery.page(after=after, limit=limit, **wanted)), limit)


@router.get(
    "/{delivery_id}",
    operation_id="admin_delivery",
    response_model=DeliveryView,
    dependencies=READERS,
    openapi_extra=READ,
    responses=FOUND,
)
async def delivery(request: Request, delivery_id: Id) -> dict[str, Any]:
    """One delivery with what is sent and every try."""
    return await find_delivery(container_of(request).house, delivery_id)


@router.post(
    "/{delivery_id}/replay",
    operation_id="admin_replay_delivery",
    status_code=202,
    response_model=DeliveryRow,
    openapi_extra=write(WhyOnly),
    responses=FOUND | problems("WEBHOOK_DISABLED", "VALIDATION_ERROR"),
)
async def replay(request: Request, who: Admin, delivery_id: Id) -> dict[str, Any]:
    """Sends it again, now, with the same webhook-id and the whole schedule before it."""
    body = parse_body(WhyOnly, await request.body())
    return await replay_delivery(container_of(request).house, admin_act(who, body.reason), delivery_id)
