"""Looks every ten minutes whether every value is explained."""

from app.batches.job import Run
from app.core.alarms import raise_alarm, raise_alarm_seldom
from app.flows.game_report import surprising_payouts
from app.flows.reconcile import reconcile_run


async def check(run: Run) -> bool:
    """Raises an alarm for every invariant that is broken, and for games that pay what their odds hardly explain.

    Repairs nothing.
    """
    for result in await reconcile_run(run.container.house, run.lease):
        if result.count:
            raise_alarm("reconcile", check=result.name, differences=result.count, examples=result.examples)
    for found in await surprising_payouts(run.container.house):
        raise_alarm_seldom(
            "payout_surprising", game=found.game, label=found.label,
            plays=found.plays, drawn=found.drawn, expected=found.expected,
        )  # fmt: skip
    return True
