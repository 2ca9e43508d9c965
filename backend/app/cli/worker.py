"""`./run worker`: the process that runs the jobs."""

from typing import Annotated

import typer

from app.worker import TICK_SECONDS, main


def worker(
    tick_seconds: Annotated[
        float, typer.Option(min=0.05, max=3_600, help="how often it asks what is due")
    ] = TICK_SECONDS,
) -> None:
    """Runs the jobs: settlements, seasons' turn, reconcile, retention. Several may run; one does the work."""
    main(tick_seconds=tick_seconds)
