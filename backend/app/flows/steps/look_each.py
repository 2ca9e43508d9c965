"""Answering a batch of reads: one statement for the rules, one for all players, then an answer each."""

from collections.abc import Callable, Mapping, Sequence

from app.core.errors import AppError
from app.domain.player import PlayerState
from app.flows.steps.commands import Done, PlayerCommand, Result


def look_each(
    players: Mapping[int, PlayerState],
    queries: Sequence[PlayerCommand],
    view: Callable[[PlayerState], bytes],
) -> list[Result]:
    """The answer to every query, in order. A player who may not look gets a refusal; nobody else is affected."""
    return [_look(players.get(query.user_id), query, view) for query in queries]


def _look(player: PlayerState | None, query: PlayerCommand, view: Callable[[PlayerState], bytes]) -> Result:
    try:
        if player is None:
            raise AppError("USER_NOT_FOUND")
        player.require_allowed(session_id=query.session_id, issued_at=query.issued_at)
        return Done(view(player))
    except AppError as refusal:
        return refusal
