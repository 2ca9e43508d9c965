"""A game as a player sees it before a play, and its public odds.

Reads feature_config, game_configs, game_activations, user_profiles with wallets and the newest game_plays, and for
games with limited prizes prize_stock, coupon_pools, coupon_codes and reward_log.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic_core import to_json

from app.core.errors import AppError
from app.core.time_utils import kst_date, kst_text
from app.domain.game import Game, Seen
from app.domain.player import LastPlay, PlayerState
from app.domain.rule_book import ActiveSetup
from app.domain.weighted import plays_until_guarantee
from app.flows.steps.commands import PlayerCommand, Result
from app.flows.steps.look_each import look_each
from app.flows.steps.prizes_left import prizes_left
from app.services import House, Services
from app.services.player_state import Wanted

MOST_VERSIONS = 50  # of a game's public history


@dataclass(frozen=True, slots=True, kw_only=True)
class GameQuery(PlayerCommand):
    """One player looks at one game."""

    game: Game


async def game_status(house: House, query: GameQuery) -> list[Result]:
    """Tickets, plays left today and the prizes. Refused with NO_FEATURE_TODAY or FEATURE_DISABLED when it is closed."""
    now = house.clock.now()
    game = query.game

    async def work(keepers: Services) -> list[Result]:
        rules = await keepers.rule_book.in_force([game.feature_type], kst_date(now), locked=False)
        sold_out = await _sold_out(keepers, game, rules.setup_if_any(game.feature_type), now)
        wanted = Wanted(wallets=True, games=(game.feature_type,))
        players = await keepers.player.look([query.user_id], wanted)

        def view(player: PlayerState) -> bytes:
            rules.require_open(game.feature_type)
            active = rules.require_setup(game.feature_type)
            return to_json(_view(game, active, player, sold_out, now) | {"server_time": kst_text(now)})

        return look_each(players, [query], view)

    return await house.read(work)


def _view(
    game: Game, active: ActiveSetup, player: PlayerState, sold_out: frozenset[int], now: datetime
) -> dict[str, Any]:
    last = player.last_plays.get(game.feature_type, LastPlay())
    today_plays, limit, word = last.plays_on(kst_date(now)), active.setup.max_daily, game.plays_word
    return {
        "config_id": active.config_id,
        "name": active.setup.name,
        "feature_type": game.feature_type,
        "token_type": game.token_type,
        "token_balance": player.balances.get(game.token_type, 0),
        f"max_daily_{word}": limit,
        f"today_{word}": today_plays,
        f"remaining_{word}": max(0, limit - today_plays) if limit else None,
        "cooldown_seconds": active.setup.cooldown_seconds,
        "next_play_at": _still_waiting(last.cooled_down_at(active.setup.cooldown_seconds), now),
        **game.preview(active.setup, Seen(last.memory, sold_out)),
    }


def _still_waiting(next_play_at: datetime | None, now: datetime) -> str | None:
    return None if next_play_at is None or next_play_at <= now else kst_text(next_play_at)


async def game_odds(house: House, game: Game, query: PlayerCommand | None = None) -> dict[str, Any]:
    """Each prize's exact probability now, the version that says so, and the versions that were in force.

    Of those the newest fifty, and whether there are older ones.

    `prizes` are the odds of a player's first play, stock-outs counted in. With a `query` of a player who may look,
    `yours` are the odds of that player's next play: they differ where a game remembers (a guarantee, an open round).
    """
    now = house.clock.now()

    async def work(keepers: Services) -> dict[str, Any]:
        rules = await keepers.rule_book.in_force([game.feature_type], kst_date(now), locked=False)
        active = rules.require_setup(game.feature_type)
        sold_out = await _sold_out(keepers, game, active, now)
        history = await keepers.game_config.activations(game.feature_type, limit=MOST_VERSIONS + 1)
        guarantee = game.guarantee(active.setup)
        return {
            "feature_type": game.feature_type,
            "config_id": active.config_id,
            "version": active.version,
            "valid_from": _since(history, active.config_id),
            "prizes": _lines(game, active, Seen(sold_out=sold_out)),
            "guarantee": None if guarantee is None else guarantee.model_dump(),
            "yours": await _yours(keepers, game, active, sold_out, query),
            "history": history[:MOST_VERSIONS],
            "has_older_history": len(history) > MOST_VERSIONS,
            "server_time": kst_text(now),
        }

    return await house.read(work)


async def _sold_out(keepers: Services, game: Game, active: ActiveSetup | None, now: datetime) -> frozenset[int]:
    """The prizes of the game that are gone; a game without limited prizes costs no statement."""
    if active is None:
        return frozenset()
    left = await prizes_left(keepers, {game.feature_type: active.setup}, now)
    return left.sold_out(game.feature_type, active.setup)


async def _yours(
    keepers: Services, game: Game, active: ActiveSetup, sold_out: frozenset[int], query: PlayerCommand | None
) -> dict[str, Any] | None:
    """The odds of the player's own next play; None for somebody who may not look as a player."""
    if query is None:
        return None
    player = (await keepers.player.look([query.user_id], Wanted(games=(game.feature_type,)))).get(query.user_id)
    try:
        if player is None:
            return None
        query.require_allowed(player)
    except AppError:
        return None
    memory = player.last_plays.get(game.feature_type, LastPlay()).memory
    guarantee = game.guarantee(active.setup)
    return {
        "plays_until_guarantee": None if guarantee is None else plays_until_guarantee(guarantee, memory),
        "prizes": _lines(game, active, Seen(memory, sold_out)),
    }


def _lines(game: Game, active: ActiveSetup, seen: Seen) -> list[dict[str, Any]]:
    return [
        {
            "label": line.label,
            **line.grant.view(),
            "weight": line.weight,
            "total_weight": line.total,
            # one division of integers: the nearest float there is; 0 when nothing is left in the draw
            "probability": line.weight / line.total if line.total else 0.0,
            "is_sold_out": line.is_sold_out,
            "long_run_probability": line.long_run,
        }
        for line in game.odds(active.setup, seen)
    ]


def _since(history: Sequence[dict[str, Any]], config_id: int) -> str | None:
    return next((row["valid_from"] for row in history if row["config_id"] == config_id), None)
