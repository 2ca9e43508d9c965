"""The dispute tool: a stored play computed again. Reads game_plays and game_configs."""

import hashlib
from typing import Any

from app.core.errors import AppError
from app.core.names import stored_names
from app.core.time_utils import kst_text
from app.db.values import json_in
from app.domain.game import agrees, recompute, seen_from
from app.games import GAMES_BY_FEATURE
from app.services import House


async def replay_play(house: House, play_id: str, *, user_id: int | None = None) -> dict[str, Any]:
    """What (config version, rolls, what was seen) must have given, beside what was stored. `matches` is the verdict.

    With a `user_id` only that player's plays are found. Raises NOT_FOUND.
    """
    row = await house.read(lambda keepers: keepers.game_log.play(play_id))
    if row is None or user_id not in (None, row["user_id"]):
        raise AppError("NOT_FOUND")
    game = GAMES_BY_FEATURE[row["feature_type"]]
    rolls = json_in(row["rolls"])
    seen = seen_from(json_in(row["seen"]), json_in(row["memory_before"]))
    with stored_names():
        setup = game.parse(json_in(row["config"]))
    outcome = recompute(game, setup, seen, rolls)
    stored = json_in(row["prize"])
    is_config_untouched = hashlib.sha256(row["config"].encode()).hexdigest() == row["config_hash"]
    return {
        "play_id": play_id,
        "played_at": kst_text(row["created_at"]),
        "game": game.code,
        "config_version": row["config_version"],
        "config_is_untouched": is_config_untouched,
        "rolls": rolls,
        "seen": {"memory": seen.memory, **(seen.document() or {})},
        "stored": stored,
        "recomputed": outcome.view,
        "matches": is_config_untouched
        and agrees(outcome, prize=stored, memory=json_in(row["memory"]), takes=row["stock_prize_id"]),
    }
