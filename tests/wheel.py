"""A roulette for tests that count: every play is one reward, and no play brings another ticket."""

from __future__ import annotations

from typing import Any

ALWAYS_TEN: dict[str, Any] = {
    "name": "always ten",
    "max_daily": 0,
    "segments": [
        {"slot_index": n, "label": "10", "weight": 1, "reward_type": "POINT", "reward_amount": 10} for n in range(6)
    ],
}
