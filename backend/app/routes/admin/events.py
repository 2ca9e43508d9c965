"""Host events: what came, what was refused, what each caused."""

from typing import Annotated, Any

from fastapi import Path, Query, Request

from app.core.names import MAX_EXTERNAL_ID
from app.domain.bridge_config import HostEventType
from app.domain.config_fields import Code
from app.flows.event_reads import list_events, look_up_event
from app.flows.unknown_types import unknown_types
from app.routes.admin.common import READ, READERS, After, Limit
from app.routes.deps import container_of
from app.routes.doors import admin_router
from app.routes.openapi import problems
from app.schemas.admin.common import HostCode
from app.schemas.admin.events import EventPage, EventStory, RejectedEvents, UnknownTypes
from app.utils.pagination import page

router = admin_router("/events", tag="admin: events")
OurId = r"^[0-9a-f-]{36}$"
Host = Annotated[HostCode | None, Query()]


@router.get(
    "",
    operation_id="admin_list_events",
    response_model=EventPage,
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED"),
)
async def events(  # noqa: PLR0917 – each is a filter with a name
    request: Request,
    host: Host = None,
    event_type: Annotated[HostEventType | None, Query(alias="type")] = None,
    external_id: Annotated[str | None, Query(min_length=1, max_length=MAX_EXTERNAL_ID)] = None,
    after: Annotated[str | None, Query(pattern=OurId, description="`next` of the page before")] = None,
    limit: Limit = 20,
) -> dict[str, Any]:
    """Events that were taken, newest first."""
    rows = await list_events(
        container_of(request).house,
        host=host,
        event_type=event_type,
        external_id=external_id,
        after=after,
        limit=limit,
    )
    return page(rows, limit)


@router.get(
    "/rejected",
    operation_id="admin_list_rejected_events",
    response_model=RejectedEvents,
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED"),
)
async def rejected(
    request: Request,
    host: Host = None,
    code: Annotated[Code | None, Query(examples=["EVENT_TOO_LATE"])] = None,
    after: After = None,
    limit: Limit = 20,
) -> dict[str, Any]:
    """Events that were refused, newest first, with what is wrong with each. Kept for 90 days."""
    house = container_of(request).house
    rows = await house.read(lambda keepers: keepers.host_event.rejected(host=host, code=code, after=after, limit=limit))
    return page(rows, limit) | {"not_kept": await house.read(lambda keepers: keepers.host_event.not_kept())}


@router.get(
    "/unknown",
    operation_id="admin_list_unknown_event_types",
    response_model=UnknownTypes,
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED"),
)
async def unknown(request: Request) -> dict[str, Any]:
    """Types of events that came in the last 30 days and that no rule in force and no bridge mission names."""
    return await unknown_types(container_of(request).house)


@router.get(
    "/{event_id}",
    operation_id="admin_event",
    response_model=EventStory,
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED", "NOT_FOUND"),
)
async def event(request: Request, event_id: Annotated[str, Path(pattern=OurId)]) -> dict[str, Any]:
    """One event, by our id: which rules gave what for it, and where its rewards stand now."""
    return await look_up_event(container_of(request).house, event_id)
