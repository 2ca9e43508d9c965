"""For each row of the promises: what would be worse for a player, and what would be better."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from app.domain.board_config import BoardConfig, RankReward
from app.domain.config_fields import RewardFields
from app.domain.game_fields import Guarantee
from app.domain.mission_config import MissionConfig
from app.domain.promises import NOTICE
from app.domain.promo_config import PromoConfig
from app.domain.season_config import LevelConfig, MilestoneConfig, OverflowConfig, SeasonConfig, StreakConfig
from app.domain.teams import ContestConfig
from tests.fixtures import NOON

MODELS: dict[str, Any] = {
    "season": SeasonConfig,
    "season.level": LevelConfig,
    "season.overflow": OverflowConfig,
    "season.streak": StreakConfig,
    "mission": MissionConfig,
    "leaderboard": BoardConfig,
    "contest": ContestConfig,
    "promotion": PromoConfig,
    "guarantee": Guarantee,
}


class Row(NamedTuple):
    """A value that stands, one that takes something away, one that adds to it (None: nothing may change)."""

    stands: Any
    worse: tuple[Any, ...]
    better: tuple[Any, ...]


def points(amount: int, **more: Any) -> RewardFields:
    return RewardFields(reward_type="POINT", reward_amount=amount, **more)


TEN = (points(10),)
LESS: tuple[Any, ...] = ((), (points(9),), (points(10, needs_approval=True),))
MORE: tuple[Any, ...] = ((points(11),), (points(10), points(1)))
DAY, BEFORE, AFTER = date(2025, 12, 20), date(2025, 12, 19), date(2025, 12, 21)
EARLIER, LATER = NOON - NOTICE, NOON + NOTICE
FIXED = Row("a", ("b", None), ())
RANKS = Row(
    (RankReward(from_rank=1, to_rank=3, rewards=TEN),),
    (
        (),
        (RankReward(from_rank=1, to_rank=2, rewards=TEN),),
        (RankReward(from_rank=2, to_rank=3, rewards=TEN),),
        (RankReward(from_rank=1, to_rank=1, rewards=TEN), RankReward(from_rank=3, to_rank=3, rewards=TEN)),
        (RankReward(from_rank=1, to_rank=3, rewards=(points(9),)),),
    ),
    (
        (RankReward(from_rank=1, to_rank=9, rewards=TEN),),
        (RankReward(from_rank=1, to_rank=1, rewards=(points(99),)), RankReward(from_rank=2, to_rank=3, rewards=TEN)),
    ),
)
GROWS = Row(5, (4, 0), (6,))
ENDLESS = Row(5, (4, 1), (6, None))
SHRINKS = Row(5, (6,), (4,))
EVERY = Row(5, (6, 0), (4, 1))
ON, OFF = Row(True, (False,), ()), Row(False, (True,), ())
THING = Row(object(), (None,), (object(),))
LAST_DAY, FIRST_DAY = Row(DAY, (BEFORE,), (AFTER, None)), Row(DAY, (AFTER,), (BEFORE, None))
UNTIL, FROM = Row(NOON, (EARLIER,), (LATER,)), Row(NOON, (LATER,), (EARLIER,))

ROWS: dict[tuple[str, str], Row] = {
    ("season", "program"): FIXED,
    ("season", "start_date"): Row(DAY, (BEFORE, AFTER), ()),
    ("season", "end_date"): Row(DAY, (BEFORE,), (AFTER,)),
    ("season", "last_claim_day"): Row(DAY, (BEFORE,), (AFTER,)),
    ("season", "base_xp_per_stamp"): GROWS,
    ("season", "internal_win_threshold"): EVERY,
    ("season", "stamp_on_play"): ON,
    ("season", "play_stamps_per_day"): ENDLESS,
    ("season", "daily_xp_cap"): ENDLESS,
    ("season", "overflow"): THING,
    ("season", "streak"): THING,
    ("season", "levels"): Row((1, 2), ((1,), ()), ((1, 2, 3),)),
    ("season.level", "required_xp"): SHRINKS,
    ("season.level", "auto_claim"): ON,
    ("season.level", "rewards"): Row(
        {"FREE": TEN, "GOLD": TEN},
        ({"FREE": TEN}, {"FREE": TEN, "GOLD": ()}, *({"FREE": less, "GOLD": TEN} for less in LESS)),
        ({"FREE": MORE[0], "GOLD": TEN, "SILVER": TEN},),
    ),
    ("season.overflow", "every_xp"): SHRINKS,
    ("season.overflow", "max_times"): GROWS,
    ("season.overflow", "rewards"): Row(TEN, LESS, MORE),
    ("season.streak", "freezes_at_start"): GROWS,
    ("season.streak", "freeze_every_days"): EVERY,
    ("season.streak", "freeze_cap"): GROWS,
    ("season.streak", "paused_days"): Row((DAY,), ((), (AFTER,)), ((DAY, AFTER),)),
    ("season.streak", "milestones"): Row(
        (MilestoneConfig(days=3, rewards=TEN), MilestoneConfig(days=7, rewards=TEN)),
        (
            (),
            (MilestoneConfig(days=3, rewards=TEN),),
            (MilestoneConfig(days=3, rewards=TEN), MilestoneConfig(days=8, rewards=TEN)),
            (MilestoneConfig(days=3, rewards=TEN), MilestoneConfig(days=7, rewards=(points(9),))),
        ),
        (
            (MilestoneConfig(days=3, rewards=TEN), MilestoneConfig(days=6, rewards=TEN)),
            (MilestoneConfig(days=3, rewards=TEN), MilestoneConfig(days=7, rewards=MORE[0])),
        ),
    ),
    ("mission", "host"): FIXED,
    ("mission", "period"): FIXED,
    ("mission", "metric"): FIXED,
    ("mission", "target"): SHRINKS,
    ("mission", "repeat_max"): GROWS,
    ("mission", "claim"): Row("AUTO", ("MANUAL",), ()),
    ("mission", "claim_days"): GROWS,
    ("mission", "requires"): Row(("A",), (("A", "B"), ("B",)), ((),)),
    ("mission", "rewards"): Row(TEN, LESS, MORE),
    ("mission", "starts_on"): FIRST_DAY,
    ("mission", "ends_on"): LAST_DAY,
    ("mission", "is_hidden"): OFF,
    ("leaderboard", "host"): FIXED,
    ("leaderboard", "window"): FIXED,
    ("leaderboard", "metric"): FIXED,
    ("leaderboard", "rank_rewards"): RANKS,
    ("leaderboard", "starts_on"): FIRST_DAY,
    ("leaderboard", "ends_on"): LAST_DAY,
    ("leaderboard", "close_after_minutes"): GROWS,
    ("leaderboard", "keep_ranks"): GROWS,
    ("contest", "season_id"): FIXED,
    ("contest", "metric"): FIXED,
    ("contest", "size_limit"): FIXED,
    ("contest", "daily_cap"): FIXED,
    ("contest", "join_from"): FROM,
    ("contest", "join_until"): UNTIL,
    ("contest", "rank_rewards"): RANKS,
    ("contest", "close_after_minutes"): GROWS,
    ("promotion", "host"): Row("a", ("b",), (None,)),
    ("promotion", "opens_at"): FROM,
    ("promotion", "closes_at"): Row(NOON, (EARLIER,), (LATER, None)),
    ("promotion", "units"): ENDLESS,
    ("promotion", "rewards"): Row(TEN, LESS, MORE),
    ("guarantee", "after"): SHRINKS,
    ("guarantee", "prizes"): Row((1, 2), ((1, 2, 3), (3,)), ((1,),)),
}
