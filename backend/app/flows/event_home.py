"""The event as one player sees it on the front page: six or seven statements, nothing written.

Reads feature_config, game_configs and seasons, user_profiles with wallets, season_progress, season_claims and the
newest plays, bridge_campaigns and bridge_keys, season_stamp_log, reward_log, app_ui_config.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from app.core.errors import AppError
from app.core.time_utils import kst_date
from app.domain.event_names import Feature
from app.domain.player import LastPlay, PlayerState
from app.domain.rule_book import RuleBook
from app.domain.season import Progress, Season
from app.domain.season_config import MAX_GRACE_DAYS
from app.flows.steps.allowed_player import allowed_player
from app.flows.steps.bridge_view import bridge_view, load_missed
from app.flows.steps.commands import PlayerCommand
from app.flows.steps.coupon_view import with_coupons
from app.games import GAMES
from app.services import House, Services
from app.services.player_state import Wanted

AREAS = (Feature.SEASON_PASS, Feature.CLAIM, Feature.BRIDGE)
GAME_TYPES = tuple(sorted(game.feature_type for game in GAMES.values()))
TEXTS = ("event_home", "notice_home", "event_notes", "ticket_zero")
LAST_REWARDS = 5


@dataclass(frozen=True, slots=True)
class GameCard:
    """A game on the front page. `closed` is why it can't be played now; `plays_left` None = no daily limit."""

    code: str
    name: str | None
    token_type: str
    tickets: int
    plays_left: int | None
    closed: str | None


@dataclass(frozen=True, slots=True)
class EventHome:
    """Everything the front page shows. `season` is the running one, else the last one that can still be claimed."""

    now: datetime
    today: date
    player: PlayerState
    season: Season | None
    progress: Progress | None
    stamp_days: frozenset[date]
    next_start: date | None
    stamping_closed: str | None
    claiming_closed: str | None
    games: tuple[GameCard, ...]
    rewards: list[dict[str, Any]]
    texts: Mapping[str, Any]
    event_bridge: dict[str, Any] | None


async def event_home(house: House, query: PlayerCommand) -> EventHome:
    """The front page's content at this moment. Raises USER_BLOCKED or TOKEN_REVOKED; a missing season is no error."""
    now = house.clock.now()
    today = kst_date(now)

    async def work(keepers: Services) -> EventHome:
        earliest_end = today - timedelta(days=MAX_GRACE_DAYS)
        rules = await keepers.rule_book.in_force([*AREAS, *GAME_TYPES], today, ended_since=earliest_end, locked=False)
        wanted = Wanted(
            wallets=True, seasons=tuple(rules.season_ids), games=GAME_TYPES, claims=True, bridges=rules.bridge_ids
        )
        player = await allowed_player(keepers, query, wanted)
        await load_missed(keepers, rules, {player.id: player})
        season = _season_to_show(rules, player)
        has_begun = season is not None and season.start_date <= today
        return EventHome(
            now=now,
            today=today,
            player=player,
            season=season,
            progress=player.progress_in(season.id) if season else None,
            stamp_days=await keepers.season_pass.stamp_days(player.id, season.id) if season else frozenset(),
            next_start=None if has_begun else await keepers.season.next_start(player.program, today),
            stamping_closed=_closed(rules, Feature.SEASON_PASS),
            claiming_closed=_closed(rules, Feature.CLAIM),
            games=tuple(_game_card(rules, player, code) for code in GAMES),
            rewards=await _last_rewards(keepers, player.id, now),
            texts=await keepers.ui_config.find_many(TEXTS),
            event_bridge=bridge_view(player, rules.bridge_of(player.host_id), now),
        )

    return await house.read(work)


async def _last_rewards(keepers: Services, user_id: int, now: datetime) -> list[dict[str, Any]]:
    accounts = await keepers.player.accounts_of(user_id)
    rows = await keepers.reward.of_player(accounts, after=None, limit=LAST_REWARDS)
    return await with_coupons(keepers, accounts, rows, now)


def _season_to_show(rules: RuleBook, player: PlayerState) -> Season | None:
    running = rules.season_if_any(player)
    if running is not None:
        return running
    ended = [s for s in rules.open_to(player) if s.program == player.program and s.is_claimable(rules.today)]
    return max(ended, key=lambda season: season.end_date, default=None)


def _closed(rules: RuleBook, feature_type: str) -> str | None:
    """Why a feature can't be used now, as an error code."""
    try:
        rules.require_open(feature_type)
    except AppError as refusal:
        return refusal.code
    return None


def _game_card(rules: RuleBook, player: PlayerState, code: str) -> GameCard:
    game = GAMES[code]
    feature = rules.features.get(game.feature_type)
    active = feature.active if feature else None
    closed = _closed(rules, game.feature_type) or (None if active else "GAME_MISCONFIGURED")
    limit = active.setup.max_daily if active else 0
    played = player.last_plays.get(game.feature_type, LastPlay()).plays_on(rules.today)
    return GameCard(
        code=code,
        name=active.setup.name if active else None,
        token_type=game.token_type,
        tickets=player.balances.get(game.token_type, 0),
        plays_left=max(0, limit - played) if limit else None,
        closed=closed,
    )
