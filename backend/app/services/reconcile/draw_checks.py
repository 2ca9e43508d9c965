"""Draws: the configs are untouched, and what was won is what the rolls say."""

import hashlib
from collections.abc import Sequence
from typing import Any

from app.core.names import stored_names
from app.db.values import json_in
from app.domain.game import agrees, recompute, seen_from
from app.games import GAMES_BY_FEATURE
from app.services.reconcile.check import Check, Rows

# 60 µs each; a run every ten minutes sees every play of a service with a play every three seconds. Any older one:
# `./run ops replay-play ID`
NEWEST_PLAYS = 200


def _touched(rows: Rows) -> Rows:
    return [row[:2] for row in rows if hashlib.sha256(row[2].encode()).hexdigest() != row[3]]


def _disputed(rows: Rows) -> Rows:
    return [row[:2] for row in rows if not _is_as_recomputed(row)]


def _is_as_recomputed(row: Sequence[Any]) -> bool:
    _, feature_type, config, rolls, prize, memory, before, seen, takes = row
    game = GAMES_BY_FEATURE[feature_type]
    what_it_saw = seen_from(json_in(seen), json_in(before))
    with stored_names():
        outcome = recompute(game, game.parse(json_in(config)), what_it_saw, json_in(rolls))
    return agrees(outcome, prize=json_in(prize), memory=json_in(memory), takes=takes)


DRAW_CHECKS: tuple[Check, ...] = (
    Check(
        "I18 config is untouched",
        "every version of a game's config is what its hash says",
        "SELECT feature_type, version, config, config_hash FROM game_configs",
        judge=_touched,
    ),
    Check(
        "I18 draw is what was rolled",
        f"the newest {NEWEST_PLAYS} plays, computed again from their config, rolls and what they saw if that stands",
        f"""
        SELECT p.id, p.feature_type, c.config, p.rolls, p.prize, p.memory, b.memory, p.seen, p.stock_prize_id
        FROM (SELECT * FROM game_plays ORDER BY id DESC LIMIT {NEWEST_PLAYS}) p
        JOIN game_configs c ON c.id = p.config_id
        LEFT JOIN game_plays b
            ON b.user_id = p.user_id AND b.feature_type = p.feature_type AND b.play_no = p.play_no - 1
        WHERE p.play_no = 1 OR b.id IS NOT NULL
        """,
        judge=_disputed,
    ),
)
