"""One game as operators watch it: promised odds beside what was drawn, stock and how long it lasts, versions.

Reads feature_config, game_configs, game_activations, game_plays, prize_stock, coupon_pools, coupon_codes, reward_log.
Writes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.time_utils import kst_date
from app.domain.game import Game, PrizeOdds, Seen
from app.domain.grants import RewardType
from app.domain.luck import LEAST_CHANCE, chance_of_so_many
from app.domain.rule_book import FeatureState
from app.flows.steps.prizes_left import prizes_left
from app.games import GAMES
from app.services import House, Services
from app.services.report_service import Drawn
from app.utils.pagination import page

Row = dict[str, Any]
NEWEST_PLAYS = 1_000
# of fewer nothing is said
FEWEST_PLAYS = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One prize by its label: how likely it is now, and how often it came among the newest plays on this version."""

    label: str
    reward: Row
    share: float
    most_share: float  # with every prize gone that has stock: an earlier play may have seen no more than that
    is_sold_out: bool
    drawn: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """One prize with stock. `hours` is how long it lasts at the pace of the newest plays; None: it doesn't move."""

    row: Row
    left: int
    hours: float | None


@dataclass(frozen=True, slots=True)
class GameReport:
    """Everything on a game's page."""

    feature: FeatureState | None
    lines: list[Line]
    plays: int
    wins: int
    shelves: list[Shelf]
    # of each coupon pool that prizes are paid from: how many codes are left; None: there is no such pool
    pools: dict[str, int | None]
    versions: Row


async def game_report(house: House, game: Game, *, after: int | None, limit: int) -> GameReport:
    """The report of one game at this moment."""
    now = house.clock.now()
    today = kst_date(now)

    async def work(keepers: Services) -> GameReport:
        rules = await keepers.rule_book.in_force([game.feature_type], today, locked=False)
        feature = rules.features.get(game.feature_type)
        active = rules.setup_if_any(game.feature_type)
        shelf = await keepers.prize_stock.look(game.feature_type)
        rows = await keepers.prize_stock.all(game.feature_type)
        left = await prizes_left(keepers, {game.feature_type: active.setup}, now) if active else None
        sold_out = left.sold_out(game.feature_type, active.setup) if active and left else frozenset[int]()
        drawn = await keepers.report.newest_draws(active.config_id, NEWEST_PLAYS) if active else Drawn()
        odds = game.odds(active.setup, Seen(sold_out=sold_out)) if active else []
        gone = Seen(sold_out=frozenset(row["prize_id"] for row in rows))
        scarce = _lines(game.odds(active.setup, gone), drawn, {}) if active else []
        return GameReport(
            feature=feature,
            lines=_lines(odds, drawn, {line.label: line.share for line in scarce}),
            plays=drawn.plays,
            wins=drawn.wins,
            shelves=[_shelf(row, shelf.stocks[row["prize_id"]].left, drawn) for row in rows],
            pools=await _pools(keepers, active.setup.pools if active else (), now),
            versions=page(await keepers.game_config.versions(game.feature_type, after=after, limit=limit), limit),
        )

    return await house.read(work)


async def _pools(keepers: Services, pools: Iterable[str], now: datetime) -> dict[str, int | None]:
    rows = {pool: await keepers.coupon.pool(pool, now) for pool in sorted(pools)}
    return {pool: None if row is None else row["free"] for pool, row in rows.items()}


def _lines(odds: Sequence[PrizeOdds], drawn: Drawn, scarce: Mapping[str, float]) -> list[Line]:
    """One line for each label: several fields of a wheel may bear the same one. In the long run where that differs."""
    by_label: dict[str, list[PrizeOdds]] = {}
    for one in odds:
        by_label.setdefault(one.label, []).append(one)
    return [
        Line(
            label=label,
            reward=alike[0].grant.view(),
            share=(share := _share(alike)),
            most_share=max(share, scarce.get(label, 0.0)),
            is_sold_out=all(one.is_sold_out for one in alike),
            drawn=drawn.by_label.get(label, 0),
        )
        for label, alike in by_label.items()
    ]


def _share(alike: Sequence[PrizeOdds]) -> float:
    return sum(one.weight / one.total if one.long_run is None else one.long_run for one in alike if one.total)


def _shelf(row: Row, left: int, drawn: Drawn) -> Shelf:
    units = drawn.by_stock.get(row["prize_id"], 0)
    hours = left * drawn.seconds / units / 3600 if units and drawn.seconds else None
    return Shelf(row, left, hours)


@dataclass(frozen=True, slots=True)
class Surprise:
    """A prize that came `drawn` times in `plays` plays, where its odds let `expected` be expected."""

    game: str
    label: str
    plays: int
    drawn: int
    expected: float


async def surprising_payouts(house: House) -> list[Surprise]:
    """Every prize of a version in force that came so often that its odds hardly explain it."""
    return [found for game in GAMES.values() for found in await _look(house, game)]


async def _look(house: House, game: Game) -> list[Surprise]:
    report = await game_report(house, game, after=None, limit=1)
    if report.plays < FEWEST_PLAYS:
        return []
    return [
        Surprise(game.code, line.label, report.plays, line.drawn, round(line.most_share * report.plays, 1))
        for line in report.lines
        if line.reward.get("reward_type") not in (None, RewardType.NONE)
        and not line.is_sold_out
        and chance_of_so_many(line.drawn, report.plays, line.most_share) < LEAST_CHANCE
    ]
