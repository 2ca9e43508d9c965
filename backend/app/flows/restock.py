"""Stock of prizes: what is left, and adding units.

Reads game_configs and game_plays. Locks and writes prize_stock; writes admin_audit_log.
"""

from app.core.errors import AppError, invalid
from app.core.time_utils import kst_date, kst_text
from app.domain.game import Game
from app.domain.stock import Shelf
from app.flows.steps.commands import Done
from app.flows.steps.edits import Row, require_version
from app.flows.steps.once import KeyedAct, once
from app.services import House, Services


async def list_stock(house: House, game: Game) -> Row:
    """Every prize of a game that ever had stock: what it started with, what was added, given away and is left."""
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        rules = await keepers.rule_book.in_force([game.feature_type], kst_date(now), locked=False)
        active = rules.setup_if_any(game.feature_type)
        in_force = active.setup.stock if active else {}
        shelf = await keepers.prize_stock.look(game.feature_type)
        rows = await keepers.prize_stock.all(game.feature_type)
        items = [_view(row, shelf) | {"is_in_force": row["prize_id"] in in_force} for row in rows]
        return {"items": items, "next": None, "has_more": False, "server_time": kst_text(now)}

    return await house.read(work)


async def restock(
    house: House, act: KeyedAct, game: Game, prize_id: int, units: int, *, expected_version: int | None
) -> Done:
    """Adds units to a prize, or takes away (below 0) what has not been given yet, once per key.

    Raises NOT_FOUND, VERSION_CONFLICT (another operator restocked meanwhile) and VALIDATION_ERROR when more would be
    taken away than is left.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        shelf = await keepers.prize_stock.lock(game.feature_type)
        before = await _stored(keepers, game, prize_id)
        require_version(expected_version, before["version"])
        left = shelf.stocks[prize_id].left
        if left + units < 0:
            raise invalid(("units", "more than is left can't be taken away"))
        await keepers.prize_stock.restock(game.feature_type, prize_id, units, actor=act.actor, now=now)
        after = await _stored(keepers, game, prize_id)
        await keepers.audit.add(
            act, "PRIZE_RESTOCKED", f"game:{game.code}:prize:{prize_id}",
            before={"supply": before["supply"], "left": left},
            after={"supply": after["supply"], "left": left + units, "units": units}, now=now,
        )  # fmt: skip
        return _view(after, await keepers.prize_stock.look(game.feature_type))

    return await once(house, act, "RESTOCK", work)


async def _stored(keepers: Services, game: Game, prize_id: int) -> Row:
    rows = await keepers.prize_stock.all(game.feature_type)
    row = next((row for row in rows if row["prize_id"] == prize_id), None)
    if row is None:
        raise AppError("NOT_FOUND")
    return row


def _view(row: Row, shelf: Shelf) -> Row:
    stock = shelf.stocks[row["prize_id"]]
    return row | {
        "restocked": row["supply"] - row["started_with"],
        "given": stock.taken,
        "left": row["supply"] - stock.taken,
    }
