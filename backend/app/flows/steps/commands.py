"""What a door hands to a flow, and what it gets back."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from app.core.errors import AppError
from app.domain.player import PlayerState


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A client's key and the fingerprint (SHA-256 hex) of the request that came with it."""

    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerCommand:
    """A command of one player. `session_id` and `issued_at` come from the token and are checked under the lock."""

    operation: ClassVar[str]

    user_id: int
    session_id: str | None
    issued_at: datetime
    request_id: str | None
    idempotency: IdempotencyKey | None = None

    def answer_key(self, idempotency: IdempotencyKey) -> tuple[str, str, str]:
        """Where the answer to this command is stored: (actor, operation, key)."""
        return (f"player:{self.user_id}", self.operation, idempotency.key)

    @property
    def requested_by(self) -> str | None:
        """The operator who gives the command; None for what a player does."""
        return None

    def require_allowed(self, player: PlayerState) -> None:
        """Returns when this command may touch the player; by default that is the player's own sign-in being good."""
        player.require_allowed(session_id=self.session_id, issued_at=self.issued_at)


@dataclass(frozen=True, slots=True)
class Done:
    """A command that was carried out (or had been, when `is_replay`): the JSON answer, as bytes."""

    body: bytes
    status: int = 200
    is_replay: bool = False


# a refusal is a result like any other: it must not undo the commands that share the transaction
Result = Done | AppError


def unwrap(result: Result) -> Done:
    """The carried-out command; raises the refusal otherwise."""
    if isinstance(result, AppError):
        raise result
    return result
