"""Structured logs: one JSON object a line on stderr, with the request id; nothing secret in it."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from asgi_correlation_id import correlation_id
from pydantic_core import to_json

from app.config.settings import Settings

# whatever the caller names these, their values never reach a log
SECRET_WORDS = ("password", "secret", "token", "authorization", "api_key", "cookie")
HARMLESS = frozenset({"token_type"})


class _Stderr:
    """Standard error as it is at the moment of writing: whoever replaces it is followed, and no log fails for it."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


_STDERR: Any = _Stderr()


def configure_logging(settings: Settings) -> None:
    """Sends our logs and those of the libraries through one pipeline."""
    renderer = _renderer(settings)
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        _add_request_id,
        _hide_secrets,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level),
        logger_factory=structlog.WriteLoggerFactory(_STDERR),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            foreign_pre_chain=shared,
        )
    )
    logging.basicConfig(handlers=[handler], level=settings.log_level, force=True)
    logging.getLogger("uvicorn.access").disabled = True  # our own line says more
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick that is skipped while its job runs is meant
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log whole addresses with their queries


def request_log(settings: Settings) -> Any:
    """The log of requests: the same lines in fewer steps. One is written per request, and its fields are ours."""
    return structlog.wrap_logger(
        structlog.WriteLogger(_STDERR),
        processors=[
            structlog.stdlib.add_log_level,
            _add_request_id,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _renderer(settings),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level),
    ).bind()


def _renderer(settings: Settings) -> Any:
    return structlog.dev.ConsoleRenderer() if settings.log_format == "console" else _json_line


def _json_line(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
    return to_json(event, fallback=str).decode()


def _add_request_id(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    request_id = correlation_id.get()
    if request_id is not None:
        event["request_id"] = request_id
    return event


def _hide_secrets(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    for name in event:
        if name not in HARMLESS and any(word in name.lower() for word in SECRET_WORDS):
            event[name] = "[hidden]"
    return event
