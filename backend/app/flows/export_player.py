"""Everything that is stored about one player, for that player. Reads all tables; writes admin_audit_log."""

from typing import Any

from app.core.errors import AppError
from app.core.time_utils import kst_text
from app.services import House, Services
from app.services.audit_service import AdminAct

Row = dict[str, Any]


async def export_player(house: House, act: AdminAct, user_id: int) -> Row:
    """One document: the rows of every table, as they stood at one moment, of all accounts that are the player's now.

    Audited. Raises USER_NOT_FOUND.
    """

    async def read(keepers: Services) -> dict[str, list[Row]]:
        if await keepers.player.profile(user_id) is None:
            raise AppError("USER_NOT_FOUND")
        return await keepers.privacy.told(await keepers.player.accounts_of(user_id))

    tables = await house.snapshot(read)
    now = house.clock.now()
    counts = {name: len(rows) for name, rows in tables.items()}
    await house.write(
        lambda keepers: keepers.audit.add(act, "PLAYER_EXPORTED", f"player:{user_id}", after=counts, now=now)
    )
    return {"player": user_id, "exported_at": kst_text(now), "tables": tables}
