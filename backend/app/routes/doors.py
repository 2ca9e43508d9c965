"""Where the API's routes stand.

A router is made with its whole address, and the application takes its routes as they are: FastAPI prepares a route when
it is declared, and anew for each router that is included in another (measured: a quarter of a cold start, ADR 205).
"""

from fastapi import APIRouter, Depends

from app.routes.openapi import problems
from app.routes.queries import require_known_query
from app.schemas.late_route import LateRoute

PREFIX = "/api"
ADMIN_PREFIX = f"{PREFIX}/admin"
STRICT = [Depends(require_known_query)]


def api_router(prefix: str = "", *, tag: str) -> APIRouter:
    """Routes below /api, under one heading of the reference."""
    return APIRouter(route_class=LateRoute, prefix=PREFIX + prefix, tags=[tag], dependencies=STRICT)


def admin_router(prefix: str, *, tag: str) -> APIRouter:
    """Routes of operators: none without signing in."""
    return APIRouter(
        route_class=LateRoute,
        prefix=ADMIN_PREFIX + prefix,
        tags=[tag],
        responses=problems("AUTH_REQUIRED"),
        dependencies=STRICT,
    )
