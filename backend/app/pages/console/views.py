"""How stored rows look to the formats that the player's pages use."""

from collections.abc import Mapping
from typing import Any


def reward_view(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of `reward_log` as `Formats.reward` takes it."""
    return {
        "reward_type": row["reward_type"],
        "reward_amount": row["amount"],
        "token_type": row["token_type"],
        "code": row["code"],
    }
