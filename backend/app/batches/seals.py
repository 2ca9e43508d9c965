"""Seals what operators do as they do it, and tells the seals outside."""

from collections.abc import Callable

from app.container import Container
from app.core.alarms import raise_alarm_seldom
from app.flows.seal_audit import newest_seal, seal_audit, seals_after, told
from app.services.seal_service import ChainBroken

EXAMPLES = 5


async def seal(container: Container, _goes_on: Callable[[], bool]) -> None:
    """One seal over what is new. An alarm says what breaks the chain, and which place could not be told."""
    try:
        newest = await seal_audit(container.house) or await newest_seal(container.house)
    except ChainBroken as broken:
        raise_alarm_seldom("audit_broken", breaks=len(broken.breaks), examples=broken.breaks[:EXAMPLES])
        return
    since = None if newest is None else container.witnesses.lacks_since(newest.id)
    if since is None:
        return
    failed: dict[str, str] = {}
    for one in await seals_after(container.house, since):
        failed |= await container.witnesses.tell(one.id, told(one))
    if failed:
        raise_alarm_seldom("seal_not_told", place=", ".join(failed), reason="; ".join(failed.values()))
