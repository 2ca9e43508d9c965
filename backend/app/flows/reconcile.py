"""Checks every invariant of the stored value. Reads all tables; a job's run of it writes its figures to job_runs."""

from datetime import timedelta
from typing import Any

from pydantic_core import from_json, to_json

from app.domain.bridge import CampaignState
from app.domain.bridge_config import TOLD_PARTS
from app.domain.jobs import Lease
from app.flows.steps.lease import hold
from app.services import House, Services
from app.services.job_service import Advance
from app.services.reconcile.act_checks import SEASONS_AS_TOLD
from app.services.reconcile.desk_checks import SEALED_LOG
from app.services.reconcile.reconcile_service import CheckResult

# two hosts of one service may differ by this much before readiness says no
CLOCK_TOLERANCE = timedelta(seconds=2)


async def reconcile(house: House) -> list[CheckResult]:
    """One result per invariant, from one consistent snapshot; all counts 0 means every value is explained."""
    latest = house.clock.now() + CLOCK_TOLERANCE

    async def work(keepers: Services) -> list[CheckResult]:
        results = await keepers.reconcile.check_all(latest)
        results.append(CheckResult.of(SEASONS_AS_TOLD, await _otherwise_than_told(keepers)))
        return [*results, CheckResult.of(SEALED_LOG, await keepers.seal.breaks())]

    return await house.snapshot(work)


async def _otherwise_than_told(keepers: Services) -> list[tuple[str]]:
    """The seasons and bridges of which a part differs from what the last act on it told."""
    documents: dict[str, dict[str, Any]] = {}
    for head in await keepers.season.heads():
        season = await keepers.season.find(head["id"])
        documents[f"season:{head['id']}"] = {} if season is None else season.config.view()
    for head in await keepers.bridge.in_state(*CampaignState):
        campaign = await keepers.bridge.find(head["code"]) or {}
        documents[f"bridge:{head['code']}"] = {part: campaign[part] for part in TOLD_PARTS}
    told: dict[str, dict[str, Any]] = {target: {} for target in documents}
    for hand in await keepers.audit.hands(documents):
        told[hand.document] |= hand.after if isinstance(hand.after, dict) else {}
    return [
        (target,)
        for target, stands in documents.items()
        if any(told[target].get(part, value) != value for part, value in from_json(to_json(stands)).items())
    ]


async def reconcile_run(house: House, lease: Lease) -> list[CheckResult]:
    """As `reconcile`, and the run remembers how many checks there were, how many held, and the differences in all."""
    results = await reconcile(house)
    held = sum(result.count == 0 for result in results)
    differences = sum(result.count for result in results)

    async def work(keepers: Services) -> None:
        await hold(keepers, lease)
        await keepers.job.advance(lease, Advance(0, seen=len(results), done=held, amount=differences))

    await house.write(work)
    return results
