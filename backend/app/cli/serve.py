"""Starting the API processes."""

import os

import uvicorn

from app.config.settings import Settings

# below nginx's upstream keepalive_timeout a reused connection could be closed under a request
KEEP_ALIVE_SECONDS = 5
GRACEFUL_SECONDS = 20
MAX_CONNECTIONS = 2_000


def serve(host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serves the API with WEB_CONCURRENCY processes (environment, default 1)."""
    uvicorn.run(
        "app.main:create_app",
        factory=True,
        host=host,
        port=port,
        workers=Settings().web_concurrency,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1"),
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
        limit_concurrency=MAX_CONNECTIONS,
    )


def dev(host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serves the API and starts again when the code changes."""
    uvicorn.run("app.main:create_app", factory=True, host=host, port=port, reload=True, log_config=None)
