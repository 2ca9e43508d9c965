"""Erases a person and keeps the value that they moved: the ledger, the rewards and every total stay whole.

Locks the player. Writes what `domain/privacy.py` says is cleaned, and admin_audit_log.
"""

from datetime import datetime

from app.core.errors import AppError
from app.domain.privacy import is_pseudonym
from app.services import House, Services
from app.services.audit_service import AdminAct
from app.services.player_state import Wanted


async def erase_player(house: House, act: AdminAct, user_id: int, *, tokens_now: datetime) -> dict[str, int] | None:
    """How many rows were cleaned, by table; None when the player had been erased before: nothing changes then.

    Their host's next sign-in under the same name is a new player. `tokens_now` is of the tokens' own clock. Audited
    without the name. Raises USER_NOT_FOUND.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> dict[str, int] | None:
        player = (await keepers.player.lock([user_id], Wanted())).get(user_id)
        if player is None:
            raise AppError("USER_NOT_FOUND")
        if is_pseudonym(player.external_id):
            return None
        counts = await keepers.privacy.clean(user_id, player.host_id, player.external_id)
        await keepers.privacy.erase_profile(user_id, tokens_now=tokens_now)
        await keepers.audit.add(act, "PLAYER_ERASED", f"player:{user_id}", after=counts, now=now)
        return counts

    return await house.write(work)
