"""A config of every game in which one prize is limited: by stock, or by the codes of a pool."""

from typing import Any

PRIZE = {"label": "무선 이어폰", "reward_type": "COUPON", "reward_amount": 1, "code": "EARPHONES"}
POINTS = {"label": "티셔츠", "reward_type": "POINT", "reward_amount": 100}
BLANK = {"label": "다음 기회에"}


def roulette(prize: dict[str, Any], *, blank: int = 1, **more: Any) -> dict[str, Any]:
    """Slot 0 is the prize, as likely as one blank slot in all."""
    numbered = {"prize_id": 7} if "stock" in prize else {}
    blanks = [BLANK | {"slot_index": n, "weight": blank if n == 1 else 0} for n in range(1, 6)]
    return {"name": "룰렛", "segments": [prize | numbered | {"slot_index": 0, "weight": 1}, *blanks], **more}


def lottery(prize: dict[str, Any], *, blank: int = 1, **more: Any) -> dict[str, Any]:
    prizes = [prize | {"id": 7, "weight": 1}, *([BLANK | {"id": 8, "weight": blank}] if blank else [])]
    return {"name": "복권", "prizes": prizes, **more}


def scratch_box(prize: dict[str, Any], *, blank: int = 1, **more: Any) -> dict[str, Any]:
    prizes = (
        [prize | {"id": 7, "count": 1}, BLANK | {"id": 8, "count": 1}] if blank else [prize | {"id": 7, "count": 2}]
    )
    return {"name": "상자", "boxes": 2, "prizes": prizes, **more}


def dice(prize: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Whoever wins gets the prize."""
    numbered = {"prize_id": 7} if "stock" in prize else {}
    return {"name": "주사위", "win": {name: prize[name] for name in prize if name != "label"} | numbered, **more}


# game → (its config, what a play costs, what nothing left is called)
WEIGHTED = {
    "roulette": (roulette, "ROULETTE_COIN", "PRIZES_SOLD_OUT"),
    "lottery": (lottery, "LOTTERY_TICKET", "LOTTERY_SOLD_OUT"),
    "scratch-box": (scratch_box, "SCRATCH_TICKET", "PRIZES_SOLD_OUT"),
}
EVERY = WEIGHTED | {"dice": (dice, "DICE_TOKEN", "PRIZES_SOLD_OUT")}
