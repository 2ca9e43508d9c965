"""Putting a config version in force, with the stock that its prizes start with."""

from datetime import datetime

from app.core.errors import invalid
from app.domain.game import Game
from app.domain.game_fields import GameFields
from app.services import Services


async def require_stock_fits(keepers: Services, game: Game, setup: GameFields) -> dict[int, int]:
    """What the prizes that never had stock start with; raises the game's invalid_code for a number that contradicts.

    A prize keeps its stock through all versions. One that says another number than it started with would mean "give me
    these units again" to one reader and "that is what is left" to another: restocking says it without doubt.
    """
    wanted = setup.stock
    if not wanted:
        return {}
    known = await keepers.prize_stock.started_with(game.feature_type)
    wrong = [prize for prize, units in wanted.items() if known.get(prize, units) != units]
    if wrong:
        reason = "the prize started with {0}: say {0} and restock it, or give a new prize another id"
        fields = ((f"prizes[id={prize}].stock", reason.format(known[prize])) for prize in wrong)
        raise invalid(*fields, code=game.invalid_code)
    return {prize: units for prize, units in wanted.items() if prize not in known}


async def put_in_force(
    keepers: Services, game: Game, config_id: int, setup: GameFields, *, actor: str, now: datetime
) -> None:
    """Makes this version the only active one and stocks the prizes that never had any. Lock the switch first."""
    for prize, units in (await require_stock_fits(keepers, game, setup)).items():
        await keepers.prize_stock.add(game.feature_type, prize, units, actor=actor, now=now)
    await keepers.game_config.activate(game.feature_type, config_id, actor=actor, now=now)
