"""A route is prepared when it is needed, and then as FastAPI would have."""

from __future__ import annotations

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel

from app.schemas.late_route import LateRoute


class Cup(BaseModel):
    size: int


def _app(route_class: type[APIRoute]) -> FastAPI:
    app, router = FastAPI(), APIRouter(prefix="/cups", tags=["cups"], route_class=route_class)

    @router.get("/{number}", operation_id="one_cup", response_model=Cup, responses={404: {"description": "none"}})
    async def one(number: int) -> dict[str, int]:
        """A cup."""
        return {"size": number, "secret": 1}

    @router.post("", status_code=201)
    async def fill(cup: Cup) -> Cup:
        return cup

    app.router.routes.extend(router.routes)
    return app


def _client(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://cups")


def _late(app: FastAPI) -> list[str]:
    return [route.path for route in app.routes if isinstance(route, LateRoute) and "_unprepared" in vars(route)]


async def test_nothing_is_prepared_until_it_is_called_and_then_only_that() -> None:
    app = _app(LateRoute)
    assert _late(app) == ["/cups/{number}", "/cups"]
    async with _client(app) as client:
        assert (await client.delete("/cups")).status_code == 405
        assert (await client.get("/saucers")).status_code == 404
        assert (await client.get("/cups/3")).json() == {"size": 3}
    assert _late(app) == ["/cups"]


async def test_a_late_route_answers_and_is_described_as_any_other() -> None:
    apps = [_app(LateRoute), _app(APIRoute)]
    clients = [_client(app) for app in apps]
    for method, path, body in [
        ("GET", "/cups/3", None),
        ("GET", "/cups/big", None),
        ("GET", "/cups", None),
        ("POST", "/cups", {"size": 2}),
        ("POST", "/cups", {"size": "big"}),
        ("PUT", "/cups/3", None),
    ]:
        answers = [await client.request(method, path, json=body) for client in clients]
        assert answers[0].content == answers[1].content
        assert (answers[0].status_code, answers[0].headers) == (answers[1].status_code, answers[1].headers)
    assert apps[0].openapi() == apps[1].openapi()
    assert apps[0].url_path_for("one", number="3") == "/cups/3"


def test_what_a_route_does_not_have_it_does_not_get_later() -> None:
    route = _app(LateRoute).routes[-1]
    with pytest.raises(AttributeError, match="handle_of_the_cup"):
        _ = route.handle_of_the_cup  # type: ignore[attr-defined]
