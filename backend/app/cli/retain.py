"""`./run ops retain`: deletes what is over, history included, and writes it down first where it is told to."""

import getpass
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from app.cli.acting import AsJson, Data, Reason, act, print_json
from app.container import Container
from app.core.archive import Archive
from app.core.time_utils import kst_date
from app.flows.retain import retain as retain_what_is_over
from app.flows.retain_history import retain_history
from app.flows.steps.kept import nowhere
from app.services.audit_service import AdminAct
from app.utils.random_utils import new_id


def retain(
    reason: Reason,
    archive: Annotated[
        Path | None, typer.Option(help="write rows here before they are deleted; default: ARCHIVE_DIR")
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Deletes what the RETAIN_…_DAYS settings say is over. On a server it needs the rights of the tables' owner.

    Can be stopped and begun again. The ledger, rewards and the audit log are never touched.
    """

    async def work(container: Container) -> dict[str, int]:
        house, now = container.house, container.clock.now()
        folder, day = archive or container.settings.archive_dir, kst_date(now)
        with ExitStack() as stack:
            keep = stack.enter_context(Archive(folder, new_id(now))).keep if folder else nowhere
            await retain_what_is_over(house, day, tokens_now=container.keys.now(), goes_on=lambda: True, keep=keep)
            who = AdminAct(f"cli:{getpass.getuser()}", reason, None)
            return await retain_history(house, who, day, keep=keep)

    gone = act(data, work)
    if as_json:
        print_json(gone)
        return
    for table, rows in gone.items():
        typer.echo(f"{table}: {rows} rows")
    typer.echo("done" if gone else "done; no RETAIN_…_DAYS setting shortens history")
