"""Seals what operators did. Reads admin_audit_log, locks audit_head, writes audit_seals."""

import structlog

from app.services import House, Services
from app.services.seal_service import Seal

log = structlog.get_logger()


async def seal_audit(house: House) -> Seal | None:
    """The seal over what was done since the last one; None when nothing was. Each seal is logged.

    Raises ChainBroken: then nothing is sealed until a person has looked.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> Seal | None:
        return await keepers.seal.seal(now=now)

    seal = await house.write(work)
    if seal is not None:
        log.info("audit_sealed", seal=seal.id, through=seal.through_id, acts=seal.acts, chain_hash=seal.chain_hash)
    return seal


async def newest_seal(house: House) -> Seal | None:
    """The last seal that was made."""
    return await house.read(lambda keepers: keepers.seal.newest())
