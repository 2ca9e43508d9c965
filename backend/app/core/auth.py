"""Who is asking: the verified bearer of a request."""

from dataclasses import dataclass
from datetime import datetime

from app.core.errors import AppError

PLAYER, ADMIN, OPS, SUPPORT, HOST = "player", "admin", "ops", "support", "host"
SCOPES = frozenset({PLAYER, ADMIN, OPS, SUPPORT, HOST})
STAFF_SCOPES = frozenset({ADMIN, OPS, SUPPORT})


@dataclass(frozen=True, slots=True)
class Principal:
    """The verified bearer of a token or an API key.

    `subject` is the host's user id for players, the login for staff, the host's code for hosts. `issued_at` and
    `expires_at` are aware. `session_id` names the sign-in that the token came from; a token without one of its own (a
    host's, the CLI's) is a sign-in by itself. `staff_version` stands in tokens with staff scopes.
    """

    subject: str
    scopes: frozenset[str]
    host_code: str
    issued_at: datetime
    expires_at: datetime
    session_id: str | None = None
    staff_version: int | None = None
    not_before: datetime | None = None

    def require_scope(self, *accepted: str) -> None:
        """Returns when the bearer has one of the scopes; raises SCOPE_REQUIRED otherwise."""
        if not self.scopes.intersection(accepted):
            raise AppError("SCOPE_REQUIRED", required=sorted(accepted))

    @property
    def actor(self) -> str:
        """How logs name the bearer."""
        kind = "staff" if self.scopes & STAFF_SCOPES else "host" if HOST in self.scopes else "player"
        return f"{kind}:{self.subject}"
