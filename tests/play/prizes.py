"""Configs that tests play on."""

from typing import Any


def prize(prize_id: int, *, weight: int = 1, stock: int | None = None, points: int = 0, **more: Any) -> dict[str, Any]:
    """One prize; 0 points = a blank."""
    reward = {"reward_type": "POINT", "reward_amount": points} if points else {}
    return {"id": prize_id, "label": f"prize {prize_id}", "weight": weight, "stock": stock, **reward, **more}


def lottery(*prizes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "test lottery", "prizes": list(prizes), **more}
