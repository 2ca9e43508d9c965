"""Keeper of `job_runs` and `job_controls`. Leases live on the database's clock, which every worker shares."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select, update

from app.db.statements import database_time
from app.db.transaction import Tx
from app.db.values import known_instant_in
from app.domain.jobs import JobRun, JobSlot, Lease, RunStatus
from app.models.job import job_controls, job_runs

Row = dict[str, Any]
# without a sign of life for this long after its lease nobody can be at work: reconcile complains (I14)
LOST_SECONDS = 300
LONGEST_ERROR = 500


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
        row = (await self._tx.execute(select(job_runs).where(*_is(slot)))).mappings().first()
        return None if row is None else _run(row)

    async def newest(self, job: str, *, is_daily: bool) -> JobRun | None:
        """The run with the highest number of a schedule."""
        c = job_runs.c
        query = select(job_runs).where(c.job == job, c.subject == "", c.is_daily == is_daily)
        row = (await self._tx.execute(query.order_by(c.slot_no.desc()).limit(1))).mappings().first()
        return None if row is None else _run(row)

    async def unfinished(self, job: str) -> JobSlot | None:
        """The oldest run of a job that somebody asked for, or whose owner is gone; None when there is none."""
        c = job_runs.c
        open_states = c.status.in_((RunStatus.WAITING, RunStatus.RUNNING))
        query = select(job_runs).where(c.job == job, open_states, c.lease_until <= database_time(self._tx.flavour))
        row = (await self._tx.execute(query.order_by(c.slot_no, c.id).limit(1))).mappings().first()
        return None if row is None else _run(row).slot

    async def ask_for(self, slot: JobSlot, *, now: datetime) -> JobRun:
        """Makes a slot wait for a worker, a failed one included. Returns it as it was; DONE and RUNNING stay so."""
        await self._ensure(slot, now=now)
        run = await self._locked(slot)
        if run.status is RunStatus.FAILED:
            await self._set(run.id, status=RunStatus.WAITING, last_error=None)
        return run

    async def claim(self, slot: JobSlot, owner: str, *, lease_seconds: int, now: datetime) -> Lease | None:
        """The right to work on a slot until the lease ends; None when somebody else has it, or it is DONE or FAILED.

        The fence rises with every claim: a worker that was paused past its lease finds that it isn't the owner.
        """
        await self._ensure(slot, now=now)
        c = job_runs.c
        result = await self._tx.execute(
            update(job_runs)
            .where(
                *_is(slot),
                c.status.in_((RunStatus.WAITING, RunStatus.RUNNING)),
                c.lease_until <= database_time(self._tx.flavour),
            )
            .values(status=RunStatus.RUNNING, owner=owner, fence=c.fence + 1, **self._lease(lease_seconds))
        )
        if result.rowcount != 1:
            return None
        run = await self._locked(slot)
        return Lease(run.id, run.fence, slot, lease_seconds)

    async def hold(self, lease: Lease) -> JobRun | None:
        """The run, locked until the commit; None when another worker has taken it over meanwhile."""
        query = select(job_runs).where(job_runs.c.id == lease.run_id).with_for_update()
        row = (await self._tx.execute(query)).mappings().one()
        run = _run(row)
        return run if run.fence == lease.fence and run.status is RunStatus.RUNNING else None

    async def advance(self, lease: Lease, step: Advance) -> None:
        """Moves the cursor and the totals and prolongs the lease, in the chunk's own transaction. Hold it first."""
        c = job_runs.c
        await self._set(
            lease.run_id,
            cursor_id=step.cursor,
            seen_count=c.seen_count + step.seen,
            done_count=c.done_count + step.done,
            done_sum=c.done_sum + step.amount,
            **self._lease(lease.seconds),
        )

    async def renew(self, lease: Lease) -> bool:
        """Prolongs the lease; False when it is lost."""
        result = await self._tx.execute(
            update(job_runs).where(*_has(lease)).values(**self._lease(lease.seconds))
        )  # fmt: skip
        return result.rowcount == 1

    async def finish(self, lease: Lease, *, now: datetime) -> bool:
        """DONE, for ever; False when the lease is lost."""
        return await self._end(lease, status=RunStatus.DONE, finished_at=now, last_error=None)

    async def fail(self, lease: Lease, error: str, *, now: datetime) -> bool:
        """FAILED: nobody takes it up again until somebody asks for it."""
        return await self._end(lease, status=RunStatus.FAILED, finished_at=now, last_error=error[:LONGEST_ERROR])

    async def release(self, lease: Lease, error: str | None) -> bool:
        """Gives the lease back, so that any worker may go on at the next tick."""
        return await self._end(lease, last_error=None if error is None else error[:LONGEST_ERROR])

    async def _end(self, lease: Lease, **values: Any) -> bool:
        values |= {"lease_until": database_time(self._tx.flavour), "touched_at": database_time(self._tx.flavour)}
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
        """Deletes finished runs of schedules that are not daily: they are many, and nothing refers to them."""
        c = job_runs.c
        done = (c.is_daily.is_(False), c.subject == "", c.status == RunStatus.DONE, c.logical_date < before)
        ids = list((await self._tx.execute(select(c.id).where(*done).limit(limit))).scalars())
        if ids:
            await self._tx.execute(delete(job_runs).where(c.id.in_(ids)))
        return len(ids)

    async def last_amount(self, job: str) -> tuple[int, datetime] | None:
        """What the newest completed run of a job summed up, and when it ended; None when none ever was."""
        c = job_runs.c
        query = select(c.done_sum, c.finished_at).where(c.job == job, c.status == RunStatus.DONE)
        row = (await self._tx.execute(query.order_by(c.id.desc()).limit(1))).first()
        return None if row is None else (row.done_sum, row.finished_at)

    async def failed_count(self) -> int:
        """How many runs wait for a person."""
        query = select(func.count()).where(job_runs.c.status == RunStatus.FAILED)
        return int((await self._tx.execute(query)).scalar_one())

    async def quiet_seconds(self) -> float | None:
        """How long ago any worker gave a sign of life, by the database's clock; None when none ever did."""
        newest = (await self._tx.execute(select(func.max(job_runs.c.touched_at)))).scalar()
        if newest is None:
            return None
        seen = known_instant_in((await self._tx.execute(select(database_time(self._tx.flavour)))).scalar_one())
        return max(0.0, float((seen - newest).total_seconds()))

    # --- what is paused ---------------------------------------------------------------------------

    async def register(
        self, job: str, *, promise: str, schedule: str, is_standing: bool = False, now: datetime
    ) -> None:
        """Makes a job known to operators. A job that is known keeps its switch."""
        control = await self.control(job)
        if control is None:
            await self._tx.execute(
                job_controls.insert().values(
                    job=job, promise=promise, schedule=schedule, is_standing=is_standing, is_paused=False, version=1,
                    updated_at=now, updated_by="system:worker",
                )
            )  # fmt: skip
        elif (control["promise"], control["schedule"]) != (promise, schedule):
            await self._tx.execute(
                update(job_controls).where(job_controls.c.job == job).values(promise=promise, schedule=schedule)
            )

    async def controls(self) -> list[Row]:
        """Every job that a worker has registered, by name."""
        rows = await self._tx.execute(select(job_controls).order_by("job"))
        return [_control(row) for row in rows.mappings()]

    async def control(self, job: str, *, locked: bool = False) -> Row | None:
        """One job's switch."""
        query = select(job_controls).where(job_controls.c.job == job)
        row = (await self._tx.execute(query.with_for_update() if locked else query)).mappings().first()
        return None if row is None else _control(row)

    async def pause(self, job: str, *, is_paused: bool, actor: str, now: datetime) -> None:
        """Pauses or resumes a job for every worker, from its next claim on. Lock it first."""
        c = job_controls.c
        values = {"is_paused": is_paused, "version": c.version + 1, "updated_at": now, "updated_by": actor}
        await self._tx.execute(update(job_controls).where(c.job == job).values(**values))

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
                done_sum=0, lease_until=at_once, lost_at=at_once, touched_at=at_once, started_at=now,
            )
        )  # fmt: skip

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


def _control(row: Any) -> Row:
    return dict(row) | {"is_standing": bool(row["is_standing"])}


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
    )
