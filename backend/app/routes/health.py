"""Is the process alive, and may it get traffic?"""

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic_core import to_json

from app.flows.readiness import readiness
from app.routes.deps import container_of
from app.routes.openapi import answers
from app.schemas.health import Alive, Readiness

router = APIRouter(tags=["health"])


@router.head("/health", include_in_schema=False)
@router.get("/health", operation_id="health", response_model=Alive)
@router.head("/health/live", include_in_schema=False)
@router.get("/health/live", operation_id="health_live", response_model=Alive)
async def live() -> dict[str, str]:
    """Alive: depends on nothing at all."""
    return {"status": "ok"}


@router.head("/health/ready", include_in_schema=False)
@router.get("/health/ready", operation_id="health_ready", response_model=None, responses=answers(Readiness))
async def ready(request: Request) -> Response:
    """Ready: the database takes writes and fits the code, and the process isn't going down. Redis is only reported."""
    container = container_of(request)
    facts: dict[str, Any] = await readiness(container.house)
    facts["redis"] = (await container.cache.state()).value
    facts["draining"] = container.is_draining
    is_ready = facts["db"] == "ok" and facts["migration"] == "ok" and not container.is_draining
    body = {"status": "ok" if is_ready else "unavailable", **facts}
    return Response(to_json(body), 200 if is_ready else 503, media_type="application/json")
