"""Leaderboards as a player sees them: reads only.

Reads feature_config, seasons and goal_book, user_profiles, leaderboard_scores, leaderboard_marks, leaderboard_windows
and leaderboard_results.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from app.core.errors import AppError, invalid
from app.core.time_utils import kst_date, kst_text
from app.domain.boards import Board, Place, display_name
from app.domain.event_names import Feature
from app.domain.season import Season
from app.domain.spans import is_span_key, season_key, season_of_key, span_key
from app.flows.steps.allowed_player import allowed_player
from app.flows.steps.commands import PlayerCommand
from app.services import House, Services
from app.services.player_state import Wanted

View = dict[str, Any]
MAX_GRACE = timedelta(days=90)  # of a season: its board can be looked at as long
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)  # no score is of a later year


async def list_leaderboards(house: House, query: PlayerCommand) -> View:
    """The boards that rank the player today. Raises FEATURE_DISABLED while RANKING is stopped."""
    now = house.clock.now()
    today = kst_date(now)

    async def work(keepers: Services) -> View:
        rules = await keepers.rule_book.in_force([Feature.RANKING], today, locked=False)
        player = await allowed_player(keepers, query, Wanted(seasons=tuple(rules.season_ids)))
        rules.require_open(Feature.RANKING)
        season = rules.season_if_any(player)
        boards = [b for b in rules.goals.boards if b.runs_on(today) and b.is_open_to(player.host_id)]
        keys = {board.id: span_key(board.config.span, today, season) for board in boards}
        views = [_head(board, keys[board.id], season) for board in boards if keys[board.id] is not None]
        return {"leaderboards": views, "feature_type": Feature.RANKING.value, "server_time": kst_text(now)}

    return await house.read(work)


async def show_leaderboard(
    house: House, query: PlayerCommand, code: str, *, window_key: str | None, after: str | None, limit: int
) -> View:
    """A page of a board's ranks in a window (default: the present one) with the player's own place.

    A closed window is shown as it ended. Raises LEADERBOARD_NOT_FOUND, NO_ACTIVE_SEASON (a season's board between two),
    and FEATURE_DISABLED.
    """
    now = house.clock.now()
    today = kst_date(now)

    async def work(keepers: Services) -> View:
        since = today - MAX_GRACE
        rules = await keepers.rule_book.in_force([Feature.RANKING], today, ended_since=since, locked=False)
        player = await allowed_player(keepers, query, Wanted(seasons=tuple(rules.season_ids)))
        rules.require_open(Feature.RANKING)
        board = next((b for b in rules.goals.boards if b.code == code and b.is_open_to(player.host_id)), None)
        if board is None or not (board.is_active or window_key):
            raise AppError("LEADERBOARD_NOT_FOUND")
        if window_key is not None and not is_span_key(board.config.span, window_key):
            raise invalid(("window", "names no window of this board"))
        key = window_key or span_key(board.config.span, today, rules.season_if_any(player))
        if key is None:
            raise AppError("NO_ACTIVE_SEASON")
        seasons = {season_key(season.id): season for season in rules.open_to(player)}
        is_closed = await keepers.leaderboard_result.find(board.id, key) is not None
        look = keepers.leaderboard_result if is_closed else keepers.leaderboard
        place = None if after is None else _place_of(after)
        if is_closed:
            behind = 0 if place is None else place.rank
            places = await keepers.leaderboard_result.places(board.id, key, after=behind, limit=limit)
        else:
            places = await keepers.leaderboard.top(board.id, key, after=place, limit=limit)
        own = await look.place_of(board.id, key, player.id)
        shown = places[:limit]
        return {
            **_head(board, key, seasons.get(key)),
            "is_closed": is_closed,
            "entries": [_entry(place, player.id) for place in shown],
            "my_entry": None if own is None else _entry(_named(own, player.nickname, player.external_id), player.id),
            "next": _cursor(shown[-1]) if len(places) > limit else None,
            "has_more": len(places) > limit,
            "feature_type": Feature.RANKING.value,
            "server_time": kst_text(now),
        }

    return await house.read(work)


def _head(board: Board, key: str | None, season: Season | None) -> View:
    config = board.config
    is_season = season is not None and season_of_key(key or "") == season.id
    closes_at = board.closes_at(key or "", season.end_date if season is not None and is_season else None)
    return {
        "code": board.code,
        "title": {"ko": config.title_ko, "en": config.title_en},
        "window": config.window,
        "window_key": key,
        "metric": config.metric,
        "closes_at": None if closes_at is None else kst_text(closes_at),
        "rank_rewards": [
            {
                "from_rank": line.from_rank,
                "to_rank": line.to_rank,
                "rewards": [reward.grant().view() for reward in line.rewards],
            }
            for line in config.rank_rewards
        ],
    }


def _named(place: Place, name: str | None, external_id: str) -> Place:
    return replace(place, name=name, external_id=external_id, is_hidden=False)


def _entry(place: Place, own_id: int) -> View:
    return {
        "rank": place.rank,
        "display_name": display_name(place.name, place.external_id, is_hidden=place.is_hidden),
        "score": place.score,
        "reached_at": kst_text(place.reached_at),
        "is_me": place.user_id == own_id,
    }


def _cursor(place: Place) -> str:
    micros = (place.reached_at - EPOCH) // timedelta(microseconds=1)
    return f"{place.rank}.{place.score}.{micros}.{place.user_id}"


def _place_of(cursor: str) -> Place:
    """The place behind which a page begins; raises VALIDATION_ERROR for what was no `next`."""
    parts = cursor.split(".")
    if len(parts) != 4 or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        raise invalid(("after", "`next` of the page before"))
    rank, score, micros, user_id = map(int, parts)
    if micros > (LATEST - EPOCH) // timedelta(microseconds=1):
        raise invalid(("after", "`next` of the page before"))
    return Place(rank, user_id, score, EPOCH + timedelta(microseconds=micros))
