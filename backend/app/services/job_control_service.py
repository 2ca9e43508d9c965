"""Keeper of `job_controls`: which jobs there are, how each is scheduled, and which of them rest."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from app.db.transaction import Tx
from app.domain.jobs import MUST_RUN
from app.models.job import job_controls

Row = dict[str, Any]


class JobControlService:
    """Keeper of the jobs' switches."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def register(
        self,
        job: str,
        *,
        promise: str,
        schedule: str,
        interval_minutes: int | None = None,
        is_standing: bool = False,
        now: datetime,
    ) -> None:
        """Makes a job known to operators. A job that is known keeps its switch."""
        control = await self.find(job)
        said = {"promise": promise, "schedule": schedule, "interval_minutes": interval_minutes}
        if control is None:
            await self._tx.execute(
                job_controls.insert().values(
                    job=job, **said, is_standing=is_standing, is_paused=False, version=1, updated_at=now,
                    updated_by="system:worker",
                )
            )  # fmt: skip
        elif {name: control[name] for name in said} != said:
            await self._tx.execute(update(job_controls).where(job_controls.c.job == job).values(**said))

    async def all(self) -> list[Row]:
        """Every job that a worker has registered, by name."""
        rows = await self._tx.execute(select(job_controls).order_by("job"))
        return [_control(row) for row in rows.mappings()]

    async def find(self, job: str, *, locked: bool = False) -> Row | None:
        """One job's switch."""
        query = select(job_controls).where(job_controls.c.job == job)
        row = (await self._tx.execute(query.with_for_update() if locked else query)).mappings().first()
        return None if row is None else _control(row)

    async def pause(self, job: str, *, is_paused: bool, actor: str, now: datetime) -> None:
        """Pauses or resumes a job for every worker, from its next claim on. Lock it first."""
        c = job_controls.c
        values = {"is_paused": is_paused, "version": c.version + 1, "updated_at": now, "updated_by": actor}
        await self._tx.execute(update(job_controls).where(c.job == job).values(**values))


def _control(row: Any) -> Row:
    must_run = row["job"] in MUST_RUN  # whoever wrote otherwise into the table has paused nothing
    is_paused = bool(row["is_paused"]) and not must_run
    return dict(row) | {"is_standing": bool(row["is_standing"]), "must_run": must_run, "is_paused": is_paused}
