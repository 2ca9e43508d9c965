"""Runs of the worker's jobs: which slot of a schedule is due, and who may work on it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.core.time_utils import kst_date, kst_midnight

MINUTES_A_DAY = 24 * 60
BRIDGE_CLOSING, BRIDGE_SETTLEMENT, BRIDGE_LEVELS = "bridge_closing", "bridge_settlement", "bridge_levels"
RECONCILE = "reconcile"
AUDIT_SEALS = "audit_seals"
# they watch operators, so no operator pauses them
MUST_RUN = frozenset({RECONCILE, AUDIT_SEALS})
LEADERBOARD_CLOSE, TEAM_SETTLEMENT = "leaderboard_close", "team_settlement"
# how many minutes a run that broke rests before each further try; about an hour in all, then a person must look
PAUSES = (1, 2, 4, 8, 15, 15, 15)
MOST_TRIES = len(PAUSES) + 1
# an open run that came no further for so long is shown to operators; a healthy one moves with every chunk
STUCK_SECONDS = 15 * 60


class RunStatus(StrEnum):
    """WAITING was asked for, or rests before its next try; RUNNING has an owner or had one; DONE stays done; FAILED

    waits for a person, and for nothing else: the runs after it go on.
    """

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class JobSlot:
    """One run that is to happen once: the job, what it is about, and which run of its schedule it is."""

    job: str
    subject: str
    slot_no: int
    logical_date: date
    is_daily: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """What a run can be about, such as a window of a leaderboard, with the name that people know it by.

    `due_at` is when the schedule begins the run, `may_run_from` from when on an operator may.
    """

    slot: JobSlot
    name: str
    due_at: datetime
    may_run_from: datetime


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a run. The fence tells it from the leases before and after."""

    run_id: int
    fence: int
    slot: JobSlot
    seconds: int
    tries: int


@dataclass(frozen=True, slots=True)
class JobRun:
    """A run as it stands: where it is (`cursor`) and what it did so far."""

    id: int
    slot: JobSlot
    status: RunStatus
    owner: str | None
    fence: int
    cursor: int
    seen: int
    done: int
    amount: int
    last_error: str | None
    tries: int

    @property
    def is_over(self) -> bool:
        """Whether no worker takes it up by itself any more."""
        return self.status in (RunStatus.DONE, RunStatus.FAILED)


class LeaseLost(Exception):
    """Another worker has taken the run over: whatever was being done is rolled back and left to it."""


class JobFailed(Exception):
    """What the job found is wrong in a way that another try can't mend: a person must look."""


def daily_slot(job: str, day: date) -> JobSlot:
    """The run of a KST day. Numbered by the day's ordinal, so that a gap can be seen."""
    return JobSlot(job, "", day.toordinal(), day, is_daily=True)


def interval_slot(job: str, minutes: int, now: datetime) -> JobSlot:
    """The run of the present interval."""
    return JobSlot(job, "", int(now.timestamp()) // (60 * minutes), kst_date(now))


def subject_slot(job: str, subject: str, day: date, *, slot_no: int = 0) -> JobSlot:
    """The run about one thing, which is its own schedule."""
    return JobSlot(job, subject, slot_no, day)


def subject_from(
    job: str, subject: str, name: str, due_at: datetime, *, may_run_from: datetime | None = None
) -> Subject:
    """What a run can be about, with its one run."""
    return Subject(subject_slot(job, subject, kst_date(due_at)), name, due_at, may_run_from or due_at)


def pause_minutes(tries: int) -> int:
    """How long a run rests that broke for the `tries`-th time, from 1 on."""
    return PAUSES[min(max(tries, 1), len(PAUSES)) - 1]


def next_daily(job: str, minute_of_day: int, newest: JobRun | None, now: datetime) -> JobSlot | None:
    """The next run of a daily job that is due: the one after the last, so none is left out and none overtakes.

    A job that never ran begins with its latest time that has passed. One that isn't over is due again. One that FAILED
    waits for a person, and the days behind it go on.
    """
    after_midnight = timedelta(minutes=minute_of_day)
    if newest is None:
        today = kst_date(now)
        day = today if kst_midnight(today) + after_midnight <= now else today - timedelta(days=1)
        return daily_slot(job, day)
    if not newest.is_over:
        return newest.slot
    day = newest.slot.logical_date + timedelta(days=1)
    return daily_slot(job, day) if kst_midnight(day) + after_midnight <= now else None
