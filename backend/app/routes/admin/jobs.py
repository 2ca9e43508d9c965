"""The worker's jobs: look, run now, pause, resume."""

from typing import Annotated, Any

from fastapi import Path, Request
from pydantic import StringConstraints

from app.core.time_utils import kst_text
from app.flows.control_jobs import ask_for_run, list_jobs, pause_job
from app.routes.admin.common import READ, READERS, Admin, After, Limit, Switcher, write
from app.routes.bodies import parse_body
from app.routes.deps import admin_act, container_of
from app.routes.doors import admin_router
from app.routes.openapi import problems
from app.schemas.admin.common import Listed
from app.schemas.admin.jobs import JobAsked, JobList, JobRunBody, JobRunRow, JobSwitch
from app.schemas.admin.players import WhyOnly
from app.utils.pagination import page

router = admin_router("/jobs", tag="admin: jobs")
JobName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,49}$"), Path()]


@router.get(
    "",
    operation_id="admin_list_jobs",
    response_model=JobList,
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("AUTH_REQUIRED", "SCOPE_REQUIRED"),
)
async def jobs(request: Request) -> dict[str, Any]:
    """Every job that a worker has registered, with its newest run."""
    house = container_of(request).house
    return {"items": await list_jobs(house), "server_time": kst_text(house.clock.now())}


@router.get(
    "/{job}/runs",
    operation_id="admin_job_runs",
    response_model=Listed[JobRunRow],
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED"),
)
async def runs(request: Request, job: JobName, after: After = None, limit: Limit = 20) -> dict[str, Any]:
    """The runs of a job, newest first."""
    rows = await container_of(request).house.read(lambda keepers: keepers.job.runs(job, after=after, limit=limit))
    return page(rows, limit)


@router.post(
    "/{job}/run",
    operation_id="admin_run_job",
    status_code=202,
    response_model=JobAsked,
    openapi_extra=write(JobRunBody),
    responses=problems(
        "SCOPE_REQUIRED", "JOB_NOT_FOUND", "JOB_ALREADY_DONE", "JOB_RUNNING", "JOB_NOT_DUE", "JOB_DAY_INVALID",
        "JOB_SUBJECT_INVALID", "VALIDATION_ERROR",
    ),
)  # fmt: skip
async def run(request: Request, who: Admin, job: JobName) -> dict[str, Any]:
    """Asks the worker to run a job at its next tick, for a KST day or a subject. What is done stays done."""
    body = parse_body(JobRunBody, await request.body())
    house = container_of(request).house
    asked = await ask_for_run(house, admin_act(who, body.reason), job, body.logical_date, body.subject)
    slot = asked.slot
    return {"job": job, "subject": slot.subject, "logical_date": slot.logical_date, "status": "WAITING"}


@router.post(
    "/{job}/pause",
    operation_id="admin_pause_job",
    response_model=JobSwitch,
    openapi_extra=write(WhyOnly),
    responses=problems("SCOPE_REQUIRED", "JOB_NOT_FOUND", "VALIDATION_ERROR"),
)
async def pause(request: Request, who: Switcher, job: JobName) -> dict[str, Any]:
    """No worker begins a run of it any more; one under way goes on to its end."""
    body = parse_body(WhyOnly, await request.body())
    return await pause_job(container_of(request).house, admin_act(who, body.reason), job, is_paused=True)


@router.post(
    "/{job}/resume",
    operation_id="admin_resume_job",
    response_model=JobSwitch,
    openapi_extra=write(WhyOnly),
    responses=problems("SCOPE_REQUIRED", "JOB_NOT_FOUND", "VALIDATION_ERROR"),
)
async def resume(request: Request, who: Switcher, job: JobName) -> dict[str, Any]:
    """Runs it again from the next tick on; what was missed meanwhile is caught up."""
    body = parse_body(WhyOnly, await request.body())
    return await pause_job(container_of(request).house, admin_act(who, body.reason), job, is_paused=False)
