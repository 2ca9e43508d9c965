"""A player who asks for something to read: themselves, without a lock, after the check that they may."""

from app.core.errors import AppError
from app.domain.player import PlayerState
from app.flows.steps.commands import PlayerCommand
from app.services import Services
from app.services.player_state import Wanted


async def allowed_player(keepers: Services, query: PlayerCommand, wanted: Wanted) -> PlayerState:
    """The player as they are; raises TOKEN_REVOKED for a sign-in that was ended, USER_BLOCKED for a blocked player.

    The first read of every flow that shows a player something and locks nothing.
    """
    player = (await keepers.player.look([query.user_id], wanted)).get(query.user_id)
    if player is None:
        raise AppError("USER_NOT_FOUND")
    query.require_allowed(player)
    return player
