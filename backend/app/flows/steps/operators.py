"""Commands that an operator gives about one player."""

import hashlib
from dataclasses import dataclass

from app.domain.player import PlayerState
from app.flows.steps.commands import IdempotencyKey, PlayerCommand
from app.services.audit_service import AdminAct
from app.services.idempotency_service import OPERATORS

LONGEST_ACTOR = 130  # of the stored answers' key


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorCommand(PlayerCommand):
    """A command about the player `user_id`, given by an operator (or a rule that acts for one)."""

    act: AdminAct

    def answer_key(self, idempotency: IdempotencyKey) -> tuple[str, str, str]:
        """The key is the deed's, whoever does it and whoever the player is."""
        return (OPERATORS, self.operation, idempotency.key)

    @property
    def requested_by(self) -> str | None:
        return self.act.actor

    def require_allowed(self, player: PlayerState) -> None:
        """An operator may settle the account of a blocked player as well, but none that became part of another's."""
        player.require_own_account()


def short_actor(actor: str) -> str:
    """The actor as the key of stored answers takes it: ASCII, and not longer than its column."""
    if actor.isascii() and len(actor) <= LONGEST_ACTOR:
        return actor
    return f"sha256:{hashlib.sha256(actor.encode()).hexdigest()}"
