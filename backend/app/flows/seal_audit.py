"""Seals what operators did. Reads admin_audit_log, locks audit_head, writes audit_seals."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from pydantic import BaseModel

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


class KeptSeal(BaseModel):
    """A seal as places outside were told it."""

    seal: int
    through: int
    acts: int
    chain_hash: str
    mark: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What kept seals say of the database: those that it holds otherwise, or lacks; what it has and they lack; and what

    in the log itself does not follow from what stands before it.
    """

    contradicted: list[KeptSeal]
    not_kept: list[int]
    breaks: list[tuple[str, int]]

    @property
    def is_fine(self) -> bool:
        return not self.contradicted and not self.breaks


async def compare_seals(house: House, kept: Sequence[KeptSeal]) -> Comparison:
    """Compares kept seals with those of the database, and the whole log with them."""

    async def work(keepers: Services) -> Comparison:
        stored = {seal.id: seal for seal in await keepers.seal.all()}

        def as_kept(seal: Seal | None) -> KeptSeal | None:
            return None if seal is None else KeptSeal.model_validate(told(seal))

        contradicted = [one for one in kept if as_kept(stored.get(one.seal)) != one]
        return Comparison(contradicted, sorted(stored.keys() - {one.seal for one in kept}), await keepers.seal.breaks())

    return await house.snapshot(work)


async def seals_after(house: House, number: int) -> list[Seal]:
    """The seals behind this number, oldest first."""
    return [seal for seal in await house.read(lambda keepers: keepers.seal.all()) if seal.id > number]


def told(seal: Seal) -> dict[str, Any]:
    """What places outside are told of a seal."""
    facts = {"seal": seal.id, "through": seal.through_id, "acts": seal.acts}
    return facts | {"chain_hash": seal.chain_hash, "mark": seal.mark or ""}


async def newest_seal(house: House) -> Seal | None:
    """The last seal that was made."""
    return await house.read(lambda keepers: keepers.seal.newest())
