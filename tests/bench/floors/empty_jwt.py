"""The floor of a read: a FastAPI application with one route that verifies a bearer and answers `{}`.

It takes the service's own verification, memory of verified tokens included, because a slower one would flatter the
service; and the same uvicorn options and garbage collector. It has none of the service's middleware, log or metrics.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI, Request, Response

from app.config.settings import Settings
from app.container import Container
from app.main import tune_garbage_collector
from app.routes.deps import principal_of


def create_app() -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.container = Container(Settings())
        tune_garbage_collector()
        yield
        await app.state.container.close()

    app = FastAPI(lifespan=lifespan, openapi_url=None)

    @app.get("/empty")
    async def empty(request: Request) -> Response:
        await principal_of(request)
        return Response(b"{}", media_type="application/json")

    @app.get("/health/ready")
    async def ready() -> Response:
        return Response(b"{}", media_type="application/json")

    return app


if __name__ == "__main__":
    uvicorn.run(
        "tests.bench.floors.empty_jwt:create_app",
        factory=True,
        host="127.0.0.1",
        port=int(sys.argv[1]),
        log_config=None,
        access_log=False,
        server_header=False,
    )
