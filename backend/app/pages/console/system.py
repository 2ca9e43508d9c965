"""A9, the system: readiness, the worker's jobs, what doctor finds, and the proof that every value is explained."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from pydantic import StringConstraints

from app.core.auth import ADMIN, OPS
from app.flows.control_jobs import ask_for_run, list_jobs, pause_job
from app.flows.readiness import readiness
from app.flows.reconcile import reconcile
from app.flows.start_up import examine
from app.pages.console.doors import ConsoleRoute, done
from app.pages.console.forms import Reason
from app.pages.console.look import show
from app.pages.console.operator import operator
from app.pages.session import container_of
from app.schemas.admin.jobs import SubjectText

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
Job = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,49}$"), Path()]


@router.get("/console/system")
async def system(request: Request) -> Response:
    """How the service itself is."""
    who = await operator(request)
    container = container_of(request)
    return show(
        request,
        "system.html",
        who=who,
        ready=await readiness(container.house),
        cache=(await container.cache.state()).value,
        jobs=await list_jobs(container.house),
        findings=await examine(container.house),
        figures=container.pulse.feel(),
    )


@router.post("/console/system/reconcile")
async def check(request: Request) -> Response:
    """Checks every invariant now and shows each. Reads everything once, writes nothing: any operator may ask."""
    who = await operator(request)
    results = await reconcile(container_of(request).house)
    return show(request, "reconcile.html", who=who, results=results)


@router.post("/console/jobs/{job}/run")
async def run(
    request: Request, job: Job, reason: Reason, subject: Annotated[SubjectText | None, Form()] = None
) -> Response:
    """Asks the worker to run a job for today, or for the subject that was chosen, at its next tick."""
    request.state.back = "/console/system"
    who = await operator(request, ADMIN)
    await ask_for_run(container_of(request).house, who.act(reason), job, None, subject)
    return done(request, "/console/system", "ASKED")


@router.post("/console/jobs/{job}/pause")
async def pause(request: Request, job: Job, reason: Reason) -> Response:
    """No worker begins a run of it any more."""
    return await _pause(request, job, reason, is_paused=True)


@router.post("/console/jobs/{job}/resume")
async def resume(request: Request, job: Job, reason: Reason) -> Response:
    """Runs it again from the next tick on."""
    return await _pause(request, job, reason, is_paused=False)


async def _pause(request: Request, job: str, reason: str, *, is_paused: bool) -> Response:
    request.state.back = "/console/system"
    who = await operator(request, ADMIN, OPS)
    await pause_job(container_of(request).house, who.act(reason), job, is_paused=is_paused)
    return done(request, "/console/system")
