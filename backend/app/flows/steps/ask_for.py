"""Asking for a run of a job: the worker takes it at its next tick."""

from datetime import datetime

from app.core.errors import AppError
from app.domain.jobs import JobRun, JobSlot, RunStatus
from app.services import Services
from app.services.audit_service import AdminAct


async def ask_for(keepers: Services, act: AdminAct, slot: JobSlot, *, now: datetime) -> JobRun:
    """Makes a slot wait for a worker, a failed run included; returns the run as it was.

    Raises JOB_NOT_FOUND, JOB_ALREADY_DONE and JOB_RUNNING: what a job does once stays done, and a standing job has
    no runs.
    """
    control = await keepers.job_control.find(slot.job)
    if control is None:
        raise AppError("JOB_NOT_FOUND")
    if control["is_standing"]:
        raise AppError("JOB_RUNNING")
    before = await keepers.job.ask_for(slot, now=now)
    if before.status is RunStatus.DONE:
        raise AppError("JOB_ALREADY_DONE", logical_date=slot.logical_date.isoformat())
    if before.status is RunStatus.RUNNING:
        raise AppError("JOB_RUNNING", logical_date=slot.logical_date.isoformat())
    facts = {"subject": slot.subject, "logical_date": slot.logical_date.isoformat()}
    await keepers.audit.add(act, "JOB_ASKED_FOR", f"job:{slot.job}", after=facts, now=now)
    return before
