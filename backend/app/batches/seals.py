"""Seals what operators do as they do it, and tells the seals outside."""

from collections.abc import Callable

from app.container import Container
from app.core.alarms import raise_alarm_seldom
from app.flows.seal_audit import newest_seal, seal_audit, told
from app.services.seal_service import ChainBroken

EXAMPLES = 5


async def seal(container: Container, _goes_on: Callable[[], bool]) -> None:
    """One seal over what is new. An alarm says what breaks the chain, and which place could not be told."""
    try:
        newest = await seal_audit(container.house) or await newest_seal(container.house)
    except ChainBroken as broken:
        raise_alarm_seldom("audit_broken", breaks=len(broken.breaks), examples=broken.breaks[:EXAMPLES])
        return
    if newest is None or not container.witnesses.lack(newest.id):
        return
    for place, why in (await container.witnesses.tell(newest.id, told(newest))).items():
        raise_alarm_seldom("seal_not_told", place=place, reason=why)
