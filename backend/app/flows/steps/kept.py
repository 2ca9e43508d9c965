"""Where rows go before they are deleted."""

from collections.abc import Callable, Sequence
from typing import Any

# (table, rows): returns when they are written down for good
Keep = Callable[[str, Sequence[dict[str, Any]]], None]


def nowhere(_table: str, _rows: Sequence[dict[str, Any]]) -> None:
    """They are not written down."""
