"""A started world behind a real socket, and the Chromium that looks at it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from tests.world import World

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--renderer-process-limit=1", "--disable-site-isolation-trials", "--disable-extensions", "--mute-audio"),
    *("--disable-features=Translate,OptimizationHints,MediaRouter", "--disable-default-apps", "--no-zygote"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
]


@asynccontextmanager
async def served(world: World) -> AsyncIterator[str]:
    """The address at which a started world answers, on a free port of this machine."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        server = _Server(uvicorn.Config(world.app, log_config=None, access_log=False, lifespan="off"))
        task = asyncio.create_task(server.serve(sockets=[bound]))
        await server.is_up.wait()
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        server.force_exit = server.should_exit = True
        await task


class _Server(uvicorn.Server):
    """A server inside a test: it says when it is up, and leaves the signals to the test."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    def install_signal_handlers(self) -> None: ...

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()
