"""The reference bridge: seven keys from 25 to 31 December, settled ten minutes into the new year."""

from datetime import date, datetime
from typing import Any

from app.core.time_utils import KST

# the games of the reference event: what a day asks for, a fresh installation must be able to play
GAMES = ("DICE", "LOTTERY", "ROULETTE")
GOAL = {"type": "goal.reached", "subject": "user-1", "data": {"goal": "weekly"}}


def reference_bridge(year: int) -> dict[str, Any]:
    """The campaign XMAS_BRIDGE_<year>, as a document for `BridgeConfig`."""
    return {
        "code": f"XMAS_BRIDGE_{year}",
        "name": f"시즌 브리지 {year}",
        "start_date": date(year, 12, 25),
        "required_keys": 7,
        "settles_at": datetime(year + 1, 1, 1, 0, 10, tzinfo=KST),
        "slots": [
            _slot("KEY_DAY_1_ROULETTE", _plays(5, ["ROULETTE"]), 3, "ROULETTE_COIN"),
            _slot("KEY_DAY_2_HOST_GOAL", _goal()),
            _slot("KEY_DAY_3_LOTTERY", _plays(5, ["LOTTERY"]), 3, "LOTTERY_TICKET"),
            _slot("KEY_DAY_4_DICE", _plays(10, ["DICE"]), 5, "DICE_TOKEN"),
            _slot("KEY_DAY_5_ALL_GAME", _plays(5, list(GAMES))),
            _slot("KEY_DAY_6_HOST_GOAL", _goal()),
            _slot("KEY_DAY_7_LAST_LOGIN", {"kind": "PRESENCE", "from_hour": 23}, 10, "ROULETTE_COIN"),
        ],
    }


def _plays(plays: int, games: list[str]) -> dict[str, Any]:
    return {"kind": "PLAYS", "plays": plays, "games": games}


def _goal() -> dict[str, Any]:
    return {"kind": "HOST_EVENT", "host_event_type": GOAL["type"], "example": GOAL}


def _slot(event_type: str, mission: dict[str, Any], amount: int = 0, token_type: str | None = None) -> dict[str, Any]:
    reward = {"reward_type": "TOKEN", "reward_amount": amount, "token_type": token_type}
    return {"event_type": event_type, "mission": mission, "rewards": [reward] if amount else []}
