"""The worker: an alarm clock that asks each minute what is due. Several may run; the lease lets one do the work."""

import asyncio
import os
import signal
import socket
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from app.batches.job import Job, StandingJob
from app.batches.scheduler import JOBS, STANDING, register, step, tick
from app.config.loading import load_settings
from app.config.secret_files import SettingsRefused
from app.config.settings import Settings
from app.container import Container, open_traces
from app.core.alarms import raise_alarm_seldom
from app.core.errors import AppError
from app.core.logging_config import configure_logging
from app.core.metrics_server import metrics_server
from app.core.startup import leave_process
from app.core.time_utils import KST, Clock, SystemClock
from app.flows.start_up import refuse_unsafe_start
from app.main import tune_garbage_collector
from app.utils.random_utils import new_id

log = structlog.get_logger()
TICK_SECONDS = 60.0
# the demo's clock jumps by days: what it jumps over should show at once
DEMO_TICK_SECONDS = 2.0
# a standing job that broke rests so long
REST_SECONDS = 10.0


class Worker:
    """Ticks every job of one process. An alarm that is lost, late or rung twice does no harm: each tick asks anew."""

    def __init__(
        self,
        container: Container,
        *,
        jobs: Sequence[Job] = JOBS,
        standing: Sequence[StandingJob] = STANDING,
        tick_seconds: float = TICK_SECONDS,
    ) -> None:
        self._container, self._jobs, self._standing, self._tick_seconds = container, jobs, standing, tick_seconds
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{new_id(SystemClock().now())[-12:]}"
        self._scheduler = AsyncIOScheduler(timezone=KST)
        self._stopping = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Registers the jobs and begins to tick, at once and then at every interval."""
        await register(self._container, self._jobs, self._standing)
        for job in self._jobs:
            self._scheduler.add_job(
                self._tick,
                "interval",
                seconds=self._tick_seconds,
                args=[job],
                id=job.name,
                next_run_time=SystemClock().now(),
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
            )
        self._scheduler.start()
        for one in self._standing:
            self._keep(self._stand(one))

    async def stop(self) -> None:
        """Lets every run finish its chunk and give its lease back."""
        self._stopping.set()
        self._scheduler.shutdown(wait=False)
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _tick(self, job: Job) -> None:
        # A task of its own: the scheduler cancels its own ones when it shuts down, and would log that as an error.
        with suppress(asyncio.CancelledError):
            await asyncio.shield(self._keep(self._run(job)))

    def _keep(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    def _goes_on(self) -> bool:
        return not self._stopping.is_set()

    async def _stand(self, job: StandingJob) -> None:
        """Steps until the worker stops. What breaks a step is logged, and the next one comes a little later."""
        while self._goes_on():
            pause = job.every_seconds
            try:
                await step(self._container, job, self._goes_on)
            except AppError as refusal:
                log.warning("step_failed", job=job.name, code=refusal.code)
                pause = REST_SECONDS
            except Exception as error:
                raise_alarm_seldom("job_error", job=job.name, reason=f"{type(error).__name__}: {error}")
                pause = REST_SECONDS
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)

    async def _run(self, job: Job) -> None:
        try:
            await tick(self._container, job, self.owner, self._goes_on)
        except AppError as refusal:  # the database can't be reached: the next tick asks again
            log.warning("tick_failed", job=job.name, code=refusal.code)
        except Exception as error:  # what is due could not be told
            raise_alarm_seldom("job_error", job=job.name, subject="", reason=f"{type(error).__name__}: {error}")


async def work_until_stopped(settings: Settings, *, clock: Clock | None = None, tick_seconds: float) -> None:
    """Works until SIGTERM or SIGINT. Raises StartupRefused when the start would be unsafe."""
    traces = open_traces(settings, f"{settings.otel_service_name}-worker")
    container = Container(settings, clock=clock, traces=traces)
    stopped = asyncio.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(one, stopped.set)
    try:
        await refuse_unsafe_start(container.house)
        async with metrics_server(str(settings.metrics_address), settings.metrics_port):
            worker = Worker(container, tick_seconds=tick_seconds)
            await worker.start()
            tune_garbage_collector()
            log.info("worker_started", owner=worker.owner)
            await stopped.wait()
            await worker.stop()
    finally:
        await container.close()
        if traces is not None:
            await asyncio.to_thread(traces.close)


def main(*, tick_seconds: float = TICK_SECONDS) -> None:
    """The worker process. An unsafe start ends it with code 78 and one line for each problem."""
    try:
        settings = load_settings()
        configure_logging(settings)
        asyncio.run(work_until_stopped(settings, tick_seconds=tick_seconds))
    except SettingsRefused as refusal:
        leave_process(refusal)
