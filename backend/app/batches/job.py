"""What a job is: a name, a schedule that says which run is due, and what to do."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.container import Container
from app.core.time_utils import kst_date
from app.domain.jobs import JobSlot, Lease, RunStatus, Subject, interval_slot, next_daily
from app.services import House, Services


class Schedule(Protocol):
    """Says which runs of a job are due. `words` are for people."""

    @property
    def words(self) -> str: ...

    async def due(self, house: House, job: str, now: datetime) -> list[JobSlot]:
        """The runs that are due at `now` (business clock) and not over, in the order in which to do them."""
        ...


@dataclass(frozen=True, slots=True)
class Daily:
    """Once a KST day, at this time. Days that were missed are caught up, in order, each once."""

    hour: int
    minute: int

    @property
    def words(self) -> str:
        return f"daily at {self.hour:02d}:{self.minute:02d} KST, missed days are caught up"

    async def due(self, house: House, job: str, now: datetime) -> list[JobSlot]:
        newest = await house.read(lambda keepers: keepers.job.last_day(job, until=kst_date(now)))
        slot = next_daily(job, self.hour * 60 + self.minute, newest, now)
        return [] if slot is None else [slot]


@dataclass(frozen=True, slots=True)
class Every:
    """Once in each interval. Intervals that were missed are left out: the present one says it all.

    While a run that broke rests no other begins: it would do the same.
    """

    minutes: int

    @property
    def words(self) -> str:
        return f"every {self.minutes} minutes"

    async def due(self, house: House, job: str, now: datetime) -> list[JobSlot]:
        slot = interval_slot(job, self.minutes, now)

        async def work(keepers: Services) -> list[JobSlot]:
            newest = await keepers.job.newest(job, is_daily=False, until=slot.logical_date)
            rests = newest is not None and newest.status is RunStatus.WAITING
            return [] if rests or await keepers.job.find(slot) is not None else [slot]

        return await house.read(work)


@dataclass(frozen=True, slots=True)
class WhenDue:
    """When the data says so: `ask` finds what a run can be about. Those that FAILED wait for a person."""

    words: str
    ask: Callable[[Services, datetime], Awaitable[list[Subject]]]

    async def due(self, house: House, job: str, now: datetime) -> list[JobSlot]:
        async def work(keepers: Services) -> list[JobSlot]:
            due = [one for one in await self.ask(keepers, now) if one.due_at <= now]
            slots = [one.slot for one in sorted(due, key=lambda one: (one.due_at, one.slot.subject))]
            runs = [await keepers.job.find(slot) for slot in slots]
            return [slot for slot, run in zip(slots, runs, strict=True) if run is None or not run.is_over]

        return await house.read(work)


@dataclass(frozen=True, slots=True)
class Run:
    """A run under way: everything the process shares, the lease, and whether to go on or to leave off in good order."""

    container: Container
    lease: Lease
    goes_on: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Job:
    """One row of the scheduler. `run` returns whether the run is complete; it may be begun again at any time."""

    name: str
    promise: str
    schedule: Schedule
    run: Callable[[Run], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class StandingJob:
    """Goes on all the time: each step does what there is to do now. Every worker does it, beside the others.

    What may be done once only is for the step to see to: there is no run and no lease.
    """

    name: str
    promise: str
    every_seconds: float
    step: Callable[[Container, Callable[[], bool]], Awaitable[None]]

    @property
    def words(self) -> str:
        return f"all the time, looks every {self.every_seconds:g} s"
