"""The player as a command sees them: locked, complete, changed in place."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from app.core.errors import AppError, refused_token
from app.domain.game import Memory
from app.domain.mission_progress import MissionSheet
from app.domain.season import Progress
from app.domain.team_member import Membership

# of players whose host has no program of its own
DEFAULT_PROGRAM = "main"


@dataclass(frozen=True, slots=True)
class LastPlay:
    """The newest play of one game: play numbers count per (player, game), day numbers per KST day."""

    play_no: int = 0
    day: date | None = None
    day_no: int = 0
    played_at: datetime | None = None
    memory: Memory = None

    def plays_on(self, today: date) -> int:
        return self.day_no if self.day == today else 0

    def cooled_down_at(self, cooldown_seconds: int) -> datetime | None:
        """From when the next play is allowed; None when there is nothing to wait for."""
        if self.played_at is None or cooldown_seconds == 0:
            return None
        return self.played_at + timedelta(seconds=cooldown_seconds)


@dataclass(slots=True)
class PlayerState:
    """Everything of one player that commands decide on. Read under the player's row lock unless said otherwise."""

    id: int
    host_id: int
    external_id: str
    nickname: str | None
    is_blocked: bool
    tokens_valid_from: datetime | None = None
    revoked_sessions: frozenset[str] = frozenset()
    # the player whom this account became part of
    merged_into: int | None = None
    program: str = DEFAULT_PROGRAM
    balances: dict[str, int] = field(default_factory=dict)
    # what was taken back and had been spent, by token: every credit pays it first
    debts: dict[str, int] = field(default_factory=dict)
    # how often something was taken back: see `again`
    reversals: int = 0
    progress: dict[int, Progress] = field(default_factory=dict)
    last_plays: dict[str, LastPlay] = field(default_factory=dict)
    # of the bridge, read only where a command asks for it: (campaign id, day) of each key, and the counters
    bridge_days: set[tuple[int, int]] = field(default_factory=set)
    event_key_count: int = 0
    event_pending_points: int = 0
    # how many plays of a game a past KST day had, read only where a bridge shows that day
    past_plays: dict[tuple[str, date], int] = field(default_factory=dict)
    # read only where something may be counted; None = this command counts nothing
    missions: MissionSheet | None = None
    teams: dict[int, Membership] = field(default_factory=dict)

    def wallet_views(self) -> list[dict[str, Any]]:
        """Every wallet as the contract shows it; `debt` stands where something is owed."""
        return [
            {"token_type": token, "balance": balance} | ({"debt": debt} if (debt := self.debts.get(token)) else {})
            for token, balance in sorted(self.balances.items())
        ]

    def again(self, operation_id: str) -> str:
        """The operation id of what may be earned anew after a reversal took it back: `~n` behind it says so.

        What is paid twice is refused by the state that a reversal leaves (claims, completions, keys), not by this name.
        """
        return f"{operation_id}~{self.reversals}" if self.reversals else operation_id

    def require_own_account(self) -> None:
        """Returns while this is an account of its own; raises PLAYER_MERGED, which names the player it became part of.

        Who looks the player up again by any of their ids finds the right one.
        """
        if self.merged_into is not None:
            raise AppError("PLAYER_MERGED", user_id=self.merged_into)

    def require_allowed(self, *, session_id: str | None, issued_at: datetime) -> None:
        """Returns when the player may act with a token of this sign-in.

        Raises PLAYER_MERGED, TOKEN_REVOKED or USER_BLOCKED.
        """
        self.require_own_account()
        if session_id is not None and session_id in self.revoked_sessions:
            raise refused_token("signed_out", "TOKEN_REVOKED")
        if self.tokens_valid_from is not None and issued_at < self.tokens_valid_from:
            raise refused_token("signed_out_everywhere", "TOKEN_REVOKED")
        if self.is_blocked:
            raise AppError("USER_BLOCKED")

    def plays_on(self, feature_type: str, day: date) -> int:
        """How often the player played a game on a KST day; of a past day only where that was read."""
        newest = self.last_plays.get(feature_type, LastPlay()).plays_on(day)
        return newest or self.past_plays.get((feature_type, day), 0)

    def require_day(self, today: date) -> None:
        """Returns unless another process has begun a later KST day for this player; raises BUSY otherwise.

        Then this process's clock lags: what it did now would be numbered among a day that is over. Asked again, the
        command meets the new day.
        """
        played = (last.day for last in self.last_plays.values())
        counted = (member.counted_on for member in self.teams.values())
        if any(day is not None and day > today for day in (*played, *counted)):
            raise AppError("BUSY", retry_after_seconds=1)

    def progress_in(self, season_id: int) -> Progress:
        """The player's progress in a season; a new one starts at zero."""
        return self.progress.setdefault(season_id, Progress(user_id=self.id, season_id=season_id))
