"""What operators read of more than one keeper. Reads only.

Features: feature_config, feature_schedule, game_plays. Games: the same with game_configs. A player: user_profiles,
wallets, season_progress.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from app.core.errors import AppError
from app.core.time_utils import kst_date, kst_text
from app.flows.steps.edits import Row
from app.games import GAMES
from app.services import House, Services
from app.services.player_state import Wanted


async def list_features(house: House) -> Row:
    """Every switch with its schedule and, for games, the newest play that was accepted."""

    async def work(keepers: Services) -> list[Row]:
        times = await keepers.game_log.newest_play_times()
        schedules = await keepers.feature.schedules()
        return [
            row | {"last_play_at": times.get(name), "scheduled_days": schedules.get(name, [])}
            for row in await keepers.feature.all()
            if (name := row["feature_type"])
        ]

    return _whole_list(house, await house.read(work))


async def list_games(house: House) -> Row:
    """Every registered game with its switch and the version in force."""
    today = kst_date(house.clock.now())

    async def work(keepers: Services) -> list[Row]:
        times = await keepers.game_log.newest_play_times()
        names = [game.feature_type for game in GAMES.values()]
        rules = await keepers.rule_book.in_force(names, today, locked=False)
        lines = []
        for game in GAMES.values():
            feature = rules.features.get(game.feature_type)
            lines.append({
                "code": game.code,
                "feature_type": game.feature_type,
                "token_type": game.token_type,
                "is_enabled": None if feature is None else feature.is_enabled,
                "active": None if feature is None else _active(feature.active),
                "last_play_at": times.get(game.feature_type),
            })  # fmt: skip
        return lines

    return _whole_list(house, await house.read(work))


async def player_detail(house: House, user_id: int) -> Row:
    """One player's facts, wallets and progress. Raises USER_NOT_FOUND."""

    async def work(keepers: Services) -> Row:
        profile = await keepers.player.profile(user_id)
        players = await keepers.player.look([user_id], Wanted(wallets=True))
        if profile is None or user_id not in players:
            raise AppError("USER_NOT_FOUND")
        return profile | {
            "wallets": players[user_id].wallet_views(),
            "progress": await keepers.season_pass.of_player(user_id),
            "server_time": kst_text(house.clock.now()),
        }

    return await house.read(work)


async def of_player(house: House, user_id: int, rows: Callable[[Services], Awaitable[list[Row]]]) -> list[Row]:
    """Rows about one player, after making sure that there is one. Raises USER_NOT_FOUND."""

    async def work(keepers: Services) -> list[Row]:
        if await keepers.player.profile(user_id) is None:
            raise AppError("USER_NOT_FOUND")
        return await rows(keepers)

    return await house.read(work)


def _active(active: Any) -> Row | None:
    if active is None:
        return None
    return {"config_id": active.config_id, "version": active.version, "name": active.setup.name}


def _whole_list(house: House, items: list[Row]) -> Row:
    """A list that always fits one page."""
    return {"items": items, "next": None, "has_more": False, "server_time": kst_text(house.clock.now())}
