"""A game as a player sees it before a play, and its public odds.

Reads feature_config, game_configs, game_activations, user_profiles with wallets and the newest game_plays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_json

from app.core.time_utils import kst_date, kst_text
from app.domain.game import Game
from app.domain.player import LastPlay, PlayerState
from app.domain.rule_book import ActiveSetup
from app.flows.steps.commands import PlayerCommand, Result
from app.flows.steps.look_each import look_each
from app.services import House, Services
from app.services.player_service import Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class GameQuery(PlayerCommand):
    """One player looks at one game."""

    game: Game


async def game_status(house: House, query: GameQuery) -> list[Result]:
    """Tickets, plays left today and the prizes. Raises NO_FEATURE_TODAY or FEATURE_DISABLED when it is closed."""
    now = house.clock.now()
    today, game = kst_date(now), query.game

    async def work(keepers: Services) -> list[Result]:
        rules = await keepers.rule_book.in_force([game.feature_type], today, locked=False)
        rules.require_open(game.feature_type)
        active = rules.require_setup(game.feature_type)
        wanted = Wanted(wallets=True, games=(game.feature_type,))
        players = await keepers.player.look([query.user_id], wanted)

        def view(player: PlayerState) -> bytes:
            last = player.last_plays.get(game.feature_type, LastPlay())
            shown = _view(game, active, player.balances.get(game.token_type, 0), last.plays_on(today))
            return to_json(shown | {"server_time": kst_text(now)})

        return look_each(players, [query], view)

    return await house.read(work)


def _view(game: Game, active: ActiveSetup, balance: int, today_plays: int) -> dict[str, Any]:
    limit = active.setup.max_daily
    word = game.plays_word
    return {
        "config_id": active.config_id,
        "name": active.setup.name,
        "feature_type": game.feature_type,
        "token_type": game.token_type,
        "token_balance": balance,
        f"max_daily_{word}": limit,
        f"today_{word}": today_plays,
        f"remaining_{word}": max(0, limit - today_plays) if limit else None,
        **game.preview(active.setup),
    }


async def game_odds(house: House, game: Game) -> dict[str, Any]:
    """Each prize's exact probability now, the version that says so, and every version that was ever in force."""
    now = house.clock.now()

    async def work(keepers: Services) -> dict[str, Any]:
        rules = await keepers.rule_book.in_force([game.feature_type], kst_date(now), locked=False)
        active = rules.require_setup(game.feature_type)
        history = await keepers.game_config.activations(game.feature_type)
        return {
            "feature_type": game.feature_type,
            "config_id": active.config_id,
            "version": active.version,
            "valid_from": _since(history, active.config_id),
            "prizes": [
                {"label": line.label, **line.grant.view(), "weight": line.weight, "total_weight": line.total,
                 "probability": line.weight / line.total}
                for line in game.odds(active.setup)
            ],
            "history": history,
            "server_time": kst_text(now),
        }  # fmt: skip

    return await house.read(work)


def _since(history: Sequence[dict[str, Any]], config_id: int) -> str | None:
    return next((row["valid_from"] for row in history if row["config_id"] == config_id), None)
