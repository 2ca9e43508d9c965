"""`./run ops jobs …` and `./run ops settle-bridge`: the worker's jobs at a terminal."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter

from app.batches.scheduler import JOBS_BY_NAME, register, run_slot
from app.cli.acting import AsJson, Data, Reason, act, print_json
from app.container import Container
from app.core.errors import AppError
from app.core.time_utils import kst_date, kst_text
from app.domain.bridge import CampaignState, Outcome
from app.domain.config_fields import Day
from app.domain.jobs import BRIDGE_LEVELS, BRIDGE_SETTLEMENT, RunStatus, subject_slot
from app.flows.bridge_reads import settlement_status
from app.flows.control_jobs import ask_for_run, list_jobs, pause_job
from app.flows.settle_bridge import preview_settlement
from app.flows.steps.job_subjects import waiting_levels
from app.services.audit_service import AdminAct

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
OWNER = "cli"
KST_DAY = TypeAdapter(Day)
Row = dict[str, object]


@app.command("list")
def show(data: Data = None, as_json: AsJson = False) -> None:
    """Every job, its schedule, its newest run and the subjects that it can be run for now."""

    async def work(container: Container) -> list[Row]:
        await register(container)
        return await list_jobs(container.house)

    rows = act(data, work)
    if as_json:
        print_json(rows)
        return
    for row in rows:
        run = row["newest_run"]
        never = "standing" if row["is_standing"] else "never ran"
        stands = f"{run['status']} {run['logical_date']}" if isinstance(run, dict) else never
        typer.echo(f"{row['job']!s:20} {'paused' if row['is_paused'] else 'on':7} {stands:20} {row['schedule']}")
        for one in row["subjects"] or ():  # type: ignore[attr-defined]  # a list of rows
            typer.echo(f"{'':20} --subject {one['subject']}  {one['name']}")


@app.command()
def run(
    name: str,
    day: Annotated[str | None, typer.Option("--date", help="KST day, YYYY-MM-DD; default: today")] = None,
    subject: Annotated[
        str | None, typer.Option(help="what it is about, of a job that has subjects; `jobs list` shows them")
    ] = None,
    data: Data = None,
) -> None:
    """Runs a job here and now, once for its day or subject, a failed run included.

    Exit code 1 when it is done already, paused, or didn't complete.
    """
    job = JOBS_BY_NAME.get(name)
    if job is None:
        raise typer.BadParameter(f"no such job; there are {', '.join(JOBS_BY_NAME)}")
    on = _day(day)

    async def work(container: Container) -> RunStatus | None:
        await register(container)
        asked = await ask_for_run(container.house, AdminAct(OWNER, "run at a terminal", None), name, on, subject)
        return await run_slot(container, job, asked.slot, OWNER, lambda: True)

    _end(act(data, work))


@app.command()
def pause(name: str, reason: Reason, data: Data = None) -> None:
    """No worker begins a run of it any more; one under way goes on to its end."""
    _pause(name, reason, data, is_paused=True)


@app.command()
def resume(name: str, reason: Reason, data: Data = None) -> None:
    """Runs it again; what was missed meanwhile is caught up."""
    _pause(name, reason, data, is_paused=False)


def settle_bridge(
    campaign: Annotated[str | None, typer.Option(help="the campaign's code")] = None,
    day: Annotated[
        str | None, typer.Option("--date", help="the one that settles on this KST day; default: today")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what would happen")] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Settles a bridge campaign here and now; can be stopped and run again. Also gives levels that waited."""
    if campaign is not None and day is not None:
        raise typer.BadParameter("name the campaign or the day it settles on, not both")
    settles_on = _day(day)

    async def work(container: Container) -> Row:
        code = campaign or await _settles(container, settles_on or kst_date(container.clock.now()))
        return await (_preview if dry_run else _settle)(container, code)

    answer = act(data, work)
    if as_json:
        print_json(answer)
        return
    for name, value in answer.items():
        typer.echo(f"{name}: {value}")


async def _settles(container: Container, day: date) -> str:
    """The one campaign that settles on this day."""
    all_states = tuple(CampaignState)
    campaigns = await container.house.read(lambda keepers: keepers.bridge.in_state(*all_states))
    codes = [campaign["code"] for campaign in campaigns if kst_date(campaign["settles_at"]) == day]
    if len(codes) != 1:
        several = f"{', '.join(codes)} settle on {day}: name one" if codes else f"no campaign settles on {day}"
        raise typer.BadParameter(several, param_hint="--campaign")
    return str(codes[0])


async def _preview(container: Container, code: str) -> Row:
    found, has_target, outcomes = await preview_settlement(container.house, code)
    paid = [line for line in outcomes if line.outcome == Outcome.PAID]
    return {
        "campaign": found.code,
        "state": found.state.value,
        "target_season": "there" if has_target else "missing: levels would wait",
        "will_pay": sum(line.players for line in paid),
        "will_pay_points": sum(line.points for line in paid),
        "skipped": {line.outcome: line.players for line in outcomes if line.outcome != Outcome.PAID},
    }


async def _settle(container: Container, code: str) -> Row:
    house = container.house
    await register(container)
    before = await settlement_status(house, code)
    if kst_date(container.clock.now()) <= (await house.read(lambda k: k.rule_book.bridge_named(code))).end_date:
        raise AppError("BRIDGE_STATE", state=before["state"], ends="its last day is not over")
    slot = subject_slot(BRIDGE_SETTLEMENT, code, kst_date(before["settles_at"]))
    if before["run"]["status"] == RunStatus.FAILED:
        await house.write(lambda keepers: keepers.job.ask_for(slot, now=container.clock.now()))
    await run_slot(container, JOBS_BY_NAME[BRIDGE_SETTLEMENT], slot, OWNER, lambda: True)
    now = container.clock.now()
    for levels in await house.read(lambda keepers: waiting_levels(keepers, now)):
        if levels.slot.subject == code:
            await run_slot(container, JOBS_BY_NAME[BRIDGE_LEVELS], levels.slot, OWNER, lambda: True)
    after = await settlement_status(house, code)
    if after["run"]["status"] != RunStatus.DONE:
        raise AppError("JOB_RUNNING", status=str(after["run"]["status"]), last_error=after["run"]["last_error"])
    return {
        "campaign": code,
        "new": after["run"]["seen"] - before["run"]["seen"],
        "paid": after["run"]["paid"],
        "points": after["run"]["points"],
        "outcomes": after["outcomes"],
    }


def _pause(name: str, reason: str, data: Path | None, *, is_paused: bool) -> None:
    async def work(container: Container) -> str:
        await register(container)
        await pause_job(container.house, AdminAct("cli", reason, None), name, is_paused=is_paused)
        return kst_text(container.clock.now())

    typer.echo(f"{name} {'paused' if is_paused else 'on'} since {act(data, work)}")


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else KST_DAY.validate_python(text)
    except ValueError:
        raise typer.BadParameter("a day is written YYYY-MM-DD", param_hint="--date") from None


def _end(status: RunStatus | None) -> None:
    typer.echo(status.value if status else "nothing to do: done already, paused, or another worker is at it")
    raise typer.Exit(0 if status is RunStatus.DONE else 1)
