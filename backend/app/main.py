"""Starts the API: one FastAPI application over one container."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING

from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig

from app import GC_THRESHOLDS
from app.config.loading import load_settings
from app.config.secret_files import SettingsRefused
from app.config.settings import Settings
from app.container import Container, open_traces, require_safe_start
from app.core.error_reports import start_error_reports
from app.core.logging_config import configure_logging, request_log
from app.core.metrics_server import metrics_server
from app.core.startup import StartupRefused, leave_process
from app.core.stopping import told_to_stop
from app.core.time_utils import Clock
from app.domain.draw import Draw
from app.pages import docs
from app.pages.console import add_console_pages
from app.pages.player import add_player_pages
from app.routes import ROUTERS, demo, health
from app.routes.body_limits import body_limit
from app.routes.cors import EXPOSED_HEADERS, METHODS, TAKEN_HEADERS, Cors
from app.routes.error_handlers import install_error_handlers
from app.routes.hot import shorten_hot_routes
from app.routes.middleware import REQUEST_ID, Surroundings
from app.routes.openapi import describe
from app.routes.unreadable import UnreadablePaths

if TYPE_CHECKING:
    from app.core.tracing import Traces


def create_app(settings: Settings | None = None, *, clock: Clock | None = None, draw: Draw | None = None) -> FastAPI:
    """The application. Start-up refuses a database that doesn't fit the code, and unsafe production settings."""
    settings = settings or _settings_of_this_process()
    configure_logging(settings)
    start_error_reports(settings)
    traces = open_traces(settings, settings.otel_service_name)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        try:
            await require_safe_start(settings, clock=clock)
        except StartupRefused as refusal:
            if settings.env == "test":
                raise
            leave_process(refusal)
        container = Container(settings, clock=clock, draw=draw, traces=traces)
        app.state.container = container
        try:
            tune_garbage_collector()
            wait = settings.drain_wait_seconds
            async with _metrics(container):
                with told_to_stop(container.begin_to_drain, container.begin_to_stop, wait_seconds=wait):
                    yield
        finally:
            container.begin_to_stop()
            await container.close()
            if traces is not None:
                await asyncio.to_thread(traces.close)

    app = FastAPI(
        title="Dojang",
        summary="Season passes, stamp boards and fair prize draws",
        version="0.1.0",
        lifespan=lifespan,
        debug=settings.debug,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json" if settings.docs_enabled else None,
        redirect_slashes=False,
        telemetry=_telemetry(traces),
    )
    _open_doors(app, settings)
    _surround(app, settings, traces)
    return app


def _settings_of_this_process() -> Settings:
    try:
        return load_settings()
    except SettingsRefused as refusal:
        leave_process(refusal)


def _metrics(container: Container) -> AbstractAsyncContextManager[int | None]:
    """Shows what this process counted, where a port is set."""
    settings = container.settings
    address, processes = str(settings.metrics_address), settings.web_concurrency
    return metrics_server(address, settings.metrics_port, processes=processes, refresh=container.measure)


def _telemetry(traces: "Traces | None") -> TelemetryConfig:
    """One span a request where there are traces. Metrics and logs are our own (routes/middleware.py)."""
    off: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
    if traces is None:
        return off
    return off | {"tracing": True, "tracer_provider": traces.provider, "operation_spans": False}


def _open_doors(app: FastAPI, settings: Settings) -> None:
    install_error_handlers(app)
    for router in (*ROUTERS, health.router):
        app.router.routes.extend(router.routes)
    if settings.env == "demo":
        app.router.routes.extend(demo.router.routes)
    if settings.docs_enabled:
        app.router.routes.extend(docs.router.routes)
        app.mount("/static", docs.STATIC)
    add_console_pages(app)
    add_player_pages(app)
    describe(app)
    app.router.routes.insert(0, UnreadablePaths())
    shorten_hot_routes(app)


def _surround(app: FastAPI, settings: Settings, traces: "Traces | None") -> None:
    """The last added is the outermost: the request id is known to everything inside."""
    if settings.cors_origins:
        app.add_middleware(
            Cors,
            allow_origins=list(settings.cors_origins),
            allow_methods=list(METHODS),
            allow_headers=list(TAKEN_HEADERS),
            expose_headers=list(EXPOSED_HEADERS),
        )
    log = request_log(settings) if settings.access_log else None
    app.add_middleware(
        Surroundings,
        is_draining=lambda: app.state.container.is_draining,
        log=log,
        body_limit=body_limit(settings),
        name_span=traces.name_span if traces else None,
    )
    app.add_middleware(CorrelationIdMiddleware, header_name=REQUEST_ID)


def tune_garbage_collector() -> None:
    """Freezes what start-up made and collects less often: what a request makes dies with it anyway."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
