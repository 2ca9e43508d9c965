"""Erases a person and keeps the value that they moved: the ledger, the rewards and every total stay whole.

Locks the player. Writes what `domain/privacy.py` says is cleaned, and admin_audit_log.
"""

from collections import Counter
from datetime import datetime

from app.core.errors import AppError
from app.domain.privacy import is_pseudonym
from app.services import House, Services
from app.services.audit_service import AdminAct
from app.services.player_state import Wanted
from app.utils.random_utils import new_id

TOKEN_SIGNS = 12  # the random end of an id


async def erase_player(house: House, act: AdminAct, user_id: int, *, tokens_now: datetime) -> dict[str, int] | None:
    """How many rows were cleaned, by table; None when the player had been erased before: nothing changes then.

    Accounts that became part of the player's are cleaned with it, under every id that they had. Their host's next
    sign-in under the same name is a new player. `tokens_now` is of the tokens' own clock. Audited
    without the name. Raises USER_NOT_FOUND, PLAYER_MERGED.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> dict[str, int] | None:
        player = (await keepers.player.lock([user_id], Wanted())).get(user_id)
        if player is None:
            raise AppError("USER_NOT_FOUND")
        if is_pseudonym(player.external_id):
            return None
        player.require_own_account()
        names = [player.external_id, *(row["external_id"] for row in await keepers.alias.of_player(user_id))]
        counts: Counter[str] = Counter()
        for account in await keepers.player.accounts_of(user_id):
            counts.update(await keepers.privacy.clean(account, player.host_id, names, token=new_id(now)[-TOKEN_SIGNS:]))
        await keepers.identity.turn_names(player.host_id)
        await keepers.privacy.erase_profile(user_id, tokens_now=tokens_now)
        await keepers.audit.add(act, "PLAYER_ERASED", f"player:{user_id}", after=dict(counts), now=now)
        return dict(counts)

    return await house.write(work)
