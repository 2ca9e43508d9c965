"""What the operators' first page shows: the event at this moment. Reads only.

Reads feature_config, feature_schedule, game_activations, game_plays, reward_log, outbox, job_runs, admin_audit_log.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.domain.jobs import RECONCILE
from app.games import GAMES
from app.services import House, Services
from app.services.report_service import NEWEST_REWARDS, RewardFlow, bucket_start

Row = dict[str, Any]
MINUTE = timedelta(seconds=60)
STEPS = 30  # of the chart: half an hour and a bit
LAST_ACTS = 10
GAME_TYPES = frozenset(game.feature_type for game in GAMES.values())


@dataclass(frozen=True, slots=True)
class Switch:
    """One feature with the newest play that was accepted; `plays` None: it is no game."""

    feature_type: str
    title: str
    is_enabled: bool
    version: int
    updated_at: datetime
    updated_by: str
    last_play_at: datetime | None
    plays: int | None


@dataclass(frozen=True, slots=True)
class Now:
    """One look at everything. `rewards` are those of the last minute; `is_more` when there may have been others."""

    at: datetime
    switches: list[Switch]
    series: dict[str, list[int]]
    series_from: datetime
    rewards: list[RewardFlow]
    is_more: bool
    open_rewards: dict[str, int]
    outbox_seconds: float
    worker_quiet_seconds: float | None
    reconcile: Row | None
    acts: list[Row]


async def console_now(house: House) -> Now:
    """The first page's content."""
    now = house.clock.now()

    async def work(keepers: Services) -> Now:
        times = await keepers.game_log.newest_play_times()
        plays = await keepers.report.plays_since(now - MINUTE)
        rewards = await keepers.report.rewards_since(now - MINUTE)
        return Now(
            at=now,
            switches=[_switch(row, times, plays) for row in await keepers.feature.all()],
            series=await keepers.report.play_buckets(now, STEPS),
            series_from=bucket_start(now, STEPS - 1),
            rewards=rewards,
            is_more=sum(flow.count for flow in rewards) >= NEWEST_REWARDS,
            open_rewards=await keepers.report.open_rewards(),
            outbox_seconds=await keepers.outbox.oldest_due_seconds(now),
            worker_quiet_seconds=await keepers.job.quiet_seconds(),
            reconcile=await _newest_done(keepers, RECONCILE),
            acts=(await keepers.audit.page(target=None, after=None, limit=LAST_ACTS))[:LAST_ACTS],
        )

    return await house.read(work)


def _switch(row: Row, times: dict[str, datetime], plays: dict[str, int]) -> Switch:
    name = row["feature_type"]
    return Switch(
        feature_type=name,
        title=row["title"],
        is_enabled=row["is_enabled"],
        version=row["version"],
        updated_at=row["updated_at"],
        updated_by=row["updated_by"],
        last_play_at=times.get(name),
        plays=plays.get(name, 0 if name in GAME_TYPES else None),
    )


async def _newest_done(keepers: Services, job: str) -> Row | None:
    """The newest finished run of a job."""
    runs = await keepers.job.runs(job, after=None, limit=3)
    return next((run for run in runs if run["status"] == "DONE"), None)
