"""Deletes at night what is over."""

from contextlib import ExitStack

from app.batches.job import Run
from app.core.archive import Archive
from app.flows.retain import retain
from app.flows.steps.kept import nowhere


async def clean(run: Run) -> bool:
    """Deletes what nobody needs any more on the run's day, written down first where a folder is set."""
    container, day = run.container, run.lease.slot.logical_date
    folder = container.settings.archive_dir
    with ExitStack() as stack:
        # the fence is new for each owner of a run, so that two never write one file
        archive = stack.enter_context(Archive(folder, f"{day}-{run.lease.fence}")) if folder else None
        return await retain(
            container.house,
            day,
            tokens_now=container.keys.now(),
            goes_on=run.goes_on,
            keep=archive.keep if archive else nowhere,
        )
