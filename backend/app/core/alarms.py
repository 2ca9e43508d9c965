"""Alarms: what a person must look at. One log line of level error, and a counter that monitoring watches."""

from typing import Any

import structlog

from app.core.metrics import ALARMS

log = structlog.get_logger()


def raise_alarm(name: str, **facts: Any) -> None:
    """Tells whoever is on call. The runbook has a chapter for every name."""
    ALARMS.labels(name).inc()
    log.error("alarm", alarm=name, **facts)
