"""Starting the API processes."""

import asyncio
from typing import Annotated

import typer
import uvicorn

from app.cli.environment import settings_of
from app.container import require_safe_start
from app.core.startup import StartupRefused, leave_process

# below nginx's upstream keepalive_timeout a reused connection could be closed under a request
KEEP_ALIVE_SECONDS = 5
GRACEFUL_SECONDS = 20
MAX_CONNECTIONS = 2_000


Port = Annotated[int, typer.Option(min=0, max=65_535)]


def serve(host: str = "127.0.0.1", port: Port = 8000) -> None:
    """Serves the API with WEB_CONCURRENCY processes (environment, default 1)."""
    settings = settings_of(None)
    try:
        asyncio.run(require_safe_start(settings))  # before forking: a supervisor would start them again and again
    except StartupRefused as refusal:
        leave_process(refusal)
    uvicorn.run(
        "app.main:create_app",
        factory=True,
        host=host,
        port=port,
        workers=settings.web_concurrency,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.forwarded_allow_ips,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
        limit_concurrency=MAX_CONNECTIONS,
    )


def dev(host: str = "127.0.0.1", port: Port = 8000) -> None:
    """Serves the API and starts again when the code changes."""
    settings_of(None)  # what is wrong ends this process, not only its child
    uvicorn.run("app.main:create_app", factory=True, host=host, port=port, reload=True, log_config=None)
