"""The short way to the hot routes: one look in a table instead of the walk through nested routers.

Measured: FastAPI's walk and its unused dependency machinery took two fifths of the CPU of a play (ADR 13). The routes
stay declared where they are, for OpenAPI and for requests that this table doesn't know.
"""

from collections.abc import Iterable

from fastapi import FastAPI, Request
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from app.games import GAMES
from app.routes import games, promo, season_pass

HOT = frozenset(
    {
        "season_pass_status",
        "stamp_season_pass",
        "claim_level",
        "redeem_code",
        *(f"play_{games.operation_name(game)}" for game in GAMES.values()),
    }
)


class HotRoutes(BaseRoute):
    """Endpoints that take nothing but the request, by method and path.

    A request with a query, or below a mount, goes the long way, which knows those; another method gets its 405 there.
    """

    def __init__(self, routes: Iterable[APIRoute]) -> None:
        self.known = {(method, route.path): route for route in routes for method in route.methods or ()}

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http" or scope["query_string"] or scope.get("root_path"):
            return Match.NONE, {}
        route = self.known.get((scope["method"], scope["path"]))
        if route is None:
            return Match.NONE, {}
        return Match.FULL, {"endpoint": route.endpoint, "route": route}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await scope["endpoint"](Request(scope, receive, send))
        await response(scope, receive, send)


def shorten_hot_routes(app: FastAPI) -> None:
    """Puts the table before everything else."""
    declared = [route for router in (season_pass.router, games.router, promo.router) for route in router.routes]
    hot = [route for route in declared if isinstance(route, APIRoute) and route.operation_id in HOT]
    app.router.routes.insert(0, HotRoutes(hot))
