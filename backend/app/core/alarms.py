"""Alarms: what a person must look at. One log line of level error, and a counter that monitoring watches."""

import time
from typing import Any

import structlog

from app.core.metrics import ALARMS

log = structlog.get_logger()
# for what is looked at each second and lasts: a new line for it every ten minutes
SELDOM_SECONDS = 600
_raised_at: dict[str, float] = {}


def raise_alarm(name: str, **facts: Any) -> None:
    """Tells whoever is on call. The runbook has a chapter for every name."""
    ALARMS.labels(name).inc()
    log.error("alarm", alarm=name, **facts)


def raise_alarm_seldom(name: str, **facts: Any) -> None:
    """As `raise_alarm`, at most once in ten minutes for each name."""
    now = time.monotonic()
    if now - _raised_at.get(name, -SELDOM_SECONDS) >= SELDOM_SECONDS:
        _raised_at[name] = now
        raise_alarm(name, **facts)
