"""Seals what operators did: the chain's newest hash goes into the log, which is kept elsewhere.

Reads admin_audit_log, writes audit_seals.
"""

from datetime import timedelta

import structlog

from app.domain.jobs import Lease
from app.flows.steps.lease import hold
from app.services import House, Services
from app.services.audit_service import Seal

log = structlog.get_logger()
# far above the five seconds that a transaction may take: an act with a smaller number may still be on its way
SETTLED_AFTER = timedelta(minutes=1)


async def seal_audit(house: House, lease: Lease) -> None:
    """Seals every act that is a minute old. Each seal is logged: the copy that no owner of the database can rewrite."""
    while (seal := await house.write(lambda keepers: _seal_next(house, keepers, lease))) is not None:
        log.info("audit_sealed", seal=seal.id, through=seal.through_id, acts=seal.acts, chain_hash=seal.chain_hash)


async def _seal_next(house: House, keepers: Services, lease: Lease) -> Seal | None:
    await hold(keepers, lease)
    now = house.clock.now()
    return await keepers.audit.seal(settled_by=now - SETTLED_AFTER, now=now)
