"""Keeper of `job_runs`. Leases live on the database's clock, which every worker shares."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, case, delete, func, or_, select, update

from app.db.statements import database_time
from app.db.transaction import Tx
from app.db.values import known_instant_in
from app.domain.jobs import STUCK_SECONDS, JobRun, JobSlot, Lease, RunStatus
from app.models.job import job_runs

Row = dict[str, Any]
# without a report for this long after its lease nobody can be at work: reconcile complains (I14)
LOST_SECONDS = 300
LONGEST_ERROR = 500
# far above what can be open at once; a tick reads no more
MOST_OPEN = 1_000
# days: a gap that lies further back than a year is no work that anybody waits for
LONGEST_GAP = 400
OPEN = (RunStatus.WAITING, RunStatus.RUNNING)


@dataclass(frozen=True, slots=True)
class Advance:
    """What one chunk did: where the next one begins, and what to add to the run's totals."""

    cursor: int
    seen: int
    done: int
    amount: int


class JobService:
    """Keeper of the worker's memory."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def find(self, slot: JobSlot) -> JobRun | None:
        """The run of a slot, if it was ever begun or asked for."""
        return await self._first(select(job_runs).where(*_is(slot)))

    async def newest(self, job: str, *, is_daily: bool, until: date) -> JobRun | None:
        """The run with the highest number of a schedule, up to a KST day: a later one was begun by a wrong clock."""
        c = job_runs.c
        query = select(job_runs).where(c.job == job, c.subject == "", c.is_daily == is_daily, c.logical_date <= until)
        return await self._first(query.order_by(c.slot_no.desc()).limit(1))

    async def last_day(self, job: str, *, until: date) -> JobRun | None:
        """The daily run after which the next one is missing: what was run out of order leaves no day out."""
        newest = await self.newest(job, is_daily=True, until=until)
        if newest is None:
            return None
        c, following = job_runs.c, job_runs.alias("following")
        is_next = (following.c.job == c.job, following.c.subject == "", following.c.slot_no == c.slot_no + 1)
        has_next = select(following.c.id).where(*is_next, following.c.logical_date <= until).exists()
        query = select(job_runs).where(
            c.job == job, c.subject == "", c.is_daily.is_(True), c.logical_date <= until, ~has_next,
            c.slot_no >= newest.slot.slot_no - LONGEST_GAP,
        )  # fmt: skip
        return await self._first(query.order_by(c.slot_no).limit(1))

    async def of_subject(self, job: str, subject: str) -> JobRun | None:
        """The newest run about a subject, whether that is still there or not."""
        query = select(job_runs).where(job_runs.c.job == job, job_runs.c.subject == subject)
        return await self._first(query.order_by(job_runs.c.slot_no.desc()).limit(1))

    async def oldest(self, job: str) -> JobRun | None:
        """The daily run of a job with the lowest number."""
        query = select(job_runs).where(job_runs.c.job == job, job_runs.c.is_daily.is_(True))
        return await self._first(query.order_by(job_runs.c.slot_no).limit(1))

    async def unfinished(self, job: str, *, today: date) -> list[JobSlot]:
        """The runs of a job that somebody asked for, or whose owner is gone, or that have rested; the oldest first.

        A day that has not come is left out, whoever asked for it.
        """
        c = job_runs.c
        query = select(job_runs).where(
            c.job == job, c.status.in_(OPEN), c.lease_until <= database_time(self._tx.flavour),
            or_(c.is_daily.is_(False), c.logical_date <= today),
        )  # fmt: skip
        return [run.slot for run in await self._all(query.order_by(c.slot_no, c.id))]

    async def ask_for(self, slot: JobSlot, *, now: datetime) -> JobRun:
        """Makes a slot wait for a worker, a failed or resting one too. Returns it as it was; DONE and RUNNING stay."""
        await self._ensure(slot, now=now)
        run = await self._locked(slot)
        if run.status in (RunStatus.FAILED, RunStatus.WAITING):
            at_once = database_time(self._tx.flavour)
            await self._set(
                run.id, status=RunStatus.WAITING, last_error=None, tries=0, lease_until=at_once, moved_at=at_once
            )
        return run

    async def claim(self, slot: JobSlot, owner: str, *, lease_seconds: int, now: datetime) -> Lease | None:
        """The right to work on a slot until the lease ends; None when somebody else has it, or it is DONE or FAILED.

        The fence rises with every claim: a worker that was paused past its lease finds that it isn't the owner.
        """
        await self._ensure(slot, now=now)
        c = job_runs.c
        free = (*_is(slot), c.status.in_(OPEN), c.lease_until <= database_time(self._tx.flavour))
        taken = {"status": RunStatus.RUNNING, "owner": owner, "fence": c.fence + 1}
        values = taken | {"tries": func.coalesce(c.tries, 0) + 1} | self._lease(lease_seconds)
        result = await self._tx.execute(update(job_runs).where(*free).values(**values))
        if result.rowcount != 1:
            return None
        run = await self._locked(slot)
        return Lease(run.id, run.fence, slot, lease_seconds, run.tries)

    async def hold(self, lease: Lease) -> JobRun | None:
        """The run, locked until the commit; None when another worker has taken it over meanwhile."""
        query = select(job_runs).where(job_runs.c.id == lease.run_id).with_for_update()
        run = _run((await self._tx.execute(query)).mappings().one())
        return run if run.fence == lease.fence and run.status is RunStatus.RUNNING else None

    async def advance(self, lease: Lease, step: Advance) -> None:
        """Moves cursor and totals, prolongs the lease, counts tries anew; in the chunk's transaction. Hold it first."""
        c = job_runs.c
        await self._set(
            lease.run_id, cursor_id=step.cursor, seen_count=c.seen_count + step.seen, tries=1,
            done_count=c.done_count + step.done, done_sum=c.done_sum + step.amount,
            moved_at=database_time(self._tx.flavour), **self._lease(lease.seconds),
        )  # fmt: skip

    async def count_late(self, slot: JobSlot, *, done: int, amount: int) -> None:
        """Adds to what a run that is over has done: what an operator settled behind it counts as its own."""
        c = job_runs.c
        late = {"done_count": c.done_count + done, "done_sum": c.done_sum + amount}
        await self._tx.execute(update(job_runs).where(*_is(slot), c.status == RunStatus.DONE).values(**late))

    async def renew(self, lease: Lease, *, has_moved: bool = False) -> bool:
        """Prolongs the lease, and notes whether the work came further; False when it is lost."""
        values = self._lease(lease.seconds)
        if has_moved:
            values["moved_at"] = values["touched_at"]
        result = await self._tx.execute(update(job_runs).where(*_has(lease)).values(**values))
        return result.rowcount == 1

    async def finish(self, lease: Lease, *, now: datetime) -> bool:
        """DONE, for ever; False when the lease is lost."""
        return await self._end(lease, status=RunStatus.DONE, finished_at=now, last_error=None)

    async def fail(self, lease: Lease, error: str, *, now: datetime) -> bool:
        """FAILED: nobody takes it up again until somebody asks for it."""
        return await self._end(lease, status=RunStatus.FAILED, finished_at=now, last_error=error[:LONGEST_ERROR])

    async def release(self, lease: Lease, error: str | None) -> bool:
        """Gives the lease back, so that any worker may go on at the next tick. This try doesn't count."""
        tries = case((job_runs.c.tries > 0, job_runs.c.tries - 1), else_=0)
        return await self._end(lease, tries=tries, last_error=None if error is None else error[:LONGEST_ERROR])

    async def rest(self, lease: Lease, error: str, *, minutes: int) -> bool:
        """Gives the lease back after the run broke: no worker takes it up before it has rested."""
        until = database_time(self._tx.flavour, 60 * minutes)
        return await self._end(lease, status=RunStatus.WAITING, last_error=error[:LONGEST_ERROR], lease_until=until)

    async def _end(self, lease: Lease, **values: Any) -> bool:
        at_once = database_time(self._tx.flavour)
        values = {"lease_until": at_once, "touched_at": at_once} | values
        result = await self._tx.execute(update(job_runs).where(*_has(lease)).values(**values))
        return result.rowcount == 1

    async def runs(self, job: str, *, after: int | None, limit: int) -> list[Row]:
        """Newest runs first, `limit + 1` at most, older than the run `after`."""
        query = select(job_runs).where(job_runs.c.job == job)
        if after is not None:
            query = query.where(job_runs.c.id < after)
        rows = await self._tx.execute(query.order_by(job_runs.c.id.desc()).limit(limit + 1))
        return [dict(row) for row in rows.mappings()]

    async def forget_runs(self, before: date, *, limit: int) -> int:
        """Deletes runs of intervals that are over: they are many, and nothing refers to them."""
        c = job_runs.c
        over = (c.is_daily.is_(False), c.subject == "", c.status.not_in(OPEN), c.logical_date < before)
        ids = list((await self._tx.execute(select(c.id).where(*over).limit(limit))).scalars())
        if ids:
            await self._tx.execute(delete(job_runs).where(c.id.in_(ids)))
        return len(ids)

    async def last_amount(self, job: str) -> tuple[int, datetime] | None:
        """What the newest completed run of a job summed up, and when it ended; None when none ever was."""
        c = job_runs.c
        query = select(c.done_sum, c.finished_at).where(c.job == job, c.status == RunStatus.DONE)
        row = (await self._tx.execute(query.order_by(c.id.desc()).limit(1))).first()
        return None if row is None else (row.done_sum, row.finished_at)

    async def failed(self) -> list[JobRun]:
        """The runs that wait for a person, the newest first.

        A run of an interval waits no more when a later one was done: each does all there is to do.
        """
        c, later = job_runs.c, job_runs.alias("later")
        is_made_good = (
            select(later.c.id)
            .where(later.c.job == c.job, later.c.subject == "", later.c.is_daily.is_(False))
            .where(later.c.status == RunStatus.DONE, later.c.slot_no > c.slot_no)
            .exists()
        )
        is_interval = and_(c.is_daily.is_(False), c.subject == "")
        query = select(job_runs).where(c.status == RunStatus.FAILED, ~and_(is_interval, is_made_good))
        return await self._all(query.order_by(c.id.desc()))

    async def stuck(self) -> list[JobRun]:
        """The open runs that came no further for a quarter of an hour, the oldest first."""
        c = job_runs.c
        query = select(job_runs).where(
            c.status.in_(OPEN),
            func.coalesce(c.moved_at, c.touched_at) <= database_time(self._tx.flavour, -STUCK_SECONDS),
        )  # fmt: skip
        return await self._all(query.order_by(c.id))

    async def quiet_seconds(self) -> float | None:
        """How long ago any worker reported, by the database's clock; None when none ever did."""
        newest = (await self._tx.execute(select(func.max(job_runs.c.touched_at)))).scalar()
        if newest is None:
            return None
        seen = known_instant_in((await self._tx.execute(select(database_time(self._tx.flavour)))).scalar_one())
        return max(0.0, float((seen - newest).total_seconds()))

    # --- the rows themselves ----------------------------------------------------------------------

    async def _ensure(self, slot: JobSlot, *, now: datetime) -> None:
        """The row stands. Two workers at once: the unique key makes one run its transaction again."""
        if await self.find(slot) is not None:
            return
        at_once = database_time(self._tx.flavour)
        await self._tx.execute(
            job_runs.insert().values(
                job=slot.job, subject=slot.subject, slot_no=slot.slot_no, logical_date=slot.logical_date,
                is_daily=slot.is_daily, status=RunStatus.WAITING, fence=0, cursor_id=0, seen_count=0, done_count=0,
                done_sum=0, tries=0, lease_until=at_once, lost_at=at_once, touched_at=at_once, moved_at=at_once,
                started_at=now,
            )
        )  # fmt: skip

    async def _first(self, query: Select[Any]) -> JobRun | None:
        row = (await self._tx.execute(query)).mappings().first()
        return None if row is None else _run(row)

    async def _all(self, query: Select[Any]) -> list[JobRun]:
        return [_run(row) for row in (await self._tx.execute(query.limit(MOST_OPEN))).mappings()]

    async def _locked(self, slot: JobSlot) -> JobRun:
        return _run((await self._tx.execute(select(job_runs).where(*_is(slot)).with_for_update())).mappings().one())

    async def _set(self, run_id: int, **values: Any) -> None:
        await self._tx.execute(update(job_runs).where(job_runs.c.id == run_id).values(**values))

    def _lease(self, seconds: int) -> dict[str, Any]:
        return {
            "lease_until": database_time(self._tx.flavour, seconds),
            "lost_at": database_time(self._tx.flavour, seconds + LOST_SECONDS),
            "touched_at": database_time(self._tx.flavour),
        }


def _is(slot: JobSlot) -> tuple[Any, ...]:
    c = job_runs.c
    return c.job == slot.job, c.subject == slot.subject, c.slot_no == slot.slot_no


def _has(lease: Lease) -> tuple[Any, ...]:
    c = job_runs.c
    return c.id == lease.run_id, c.fence == lease.fence, c.status == RunStatus.RUNNING


def _run(row: Any) -> JobRun:
    slot = JobSlot(row["job"], row["subject"], row["slot_no"], row["logical_date"], row["is_daily"])
    return JobRun(
        id=row["id"],
        slot=slot,
        status=RunStatus(row["status"]),
        owner=row["owner"],
        fence=row["fence"],
        cursor=row["cursor_id"],
        seen=row["seen_count"],
        done=row["done_count"],
        amount=row["done_sum"],
        last_error=row["last_error"],
        tries=row["tries"] or 0,
    )
