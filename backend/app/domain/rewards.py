"""What becomes of a recorded reward: who may approve it, when it is tried again, what can be taken back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.errors import AppError
from app.domain.grants import Grant, RewardState, RewardType
from app.domain.wallet import Reason

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
# from the tenth try on (1 + 2 + 4 + … minutes: the ninth pause is longer already) the longest pause stands
MOST_DOUBLINGS = 9
# nobody but the host can deliver these: the worker never tries
BY_ACKNOWLEDGEMENT = frozenset({RewardType.HOST})


@dataclass(frozen=True, slots=True)
class StoredReward:
    """One row of reward_log, read under its player's lock. `reason` is what its wallet entry is booked on."""

    id: int
    user_id: int
    operation_id: str
    source: str
    grant: Grant
    state: RewardState
    attempts: int
    last_error: str | None
    approved_by: str | None
    requested_by: str | None
    reason: Reason
    created_at: datetime
    updated_at: datetime

    @property
    def is_standing(self) -> bool:
        """True until it is given up."""
        return self.state not in (RewardState.REJECTED, RewardState.REVERSED)

    def require_state(self, *accepted: RewardState) -> None:
        """Returns when the reward stands in one of these states; raises REWARD_STATE with the present one otherwise."""
        if self.state not in accepted:
            raise AppError("REWARD_STATE", state=self.state.value)

    def require_second_person(self, actor: str, authors: Collection[str]) -> None:
        """Returns when somebody approves it who neither asked for it nor had a hand in what gave it (`authors`).

        Raises SECOND_PERSON_REQUIRED otherwise; its details say which of both.
        """
        if actor == self.requested_by:
            raise AppError("SECOND_PERSON_REQUIRED", because="requested")
        if actor in authors:
            raise AppError("SECOND_PERSON_REQUIRED", because="author")

    def require_reversible(self) -> None:
        """Returns when it can be taken back, or was never delivered; raises REWARD_STATE."""
        self.require_state(RewardState.GRANTED, RewardState.PENDING, RewardState.FAILED)


@dataclass(frozen=True, slots=True)
class Gift:
    """What an operator gave a player without a second person."""

    user_id: int
    requested_by: str
    grant: Grant
    created_at: datetime


@dataclass(frozen=True, slots=True)
class RewardChange:
    """Where a recorded reward stands from now on."""

    reward: StoredReward
    state: RewardState
    attempts: int
    last_error: str | None
    approved_by: str | None
    next_try_at: datetime | None
    updated_at: datetime


def next_try_at(grant: Grant, attempts: int, now: datetime) -> datetime | None:
    """When the worker tries to deliver a pending reward again: after 1, 2, 4, … minutes, at most six hours."""
    if grant.reward_type in BY_ACKNOWLEDGEMENT:
        return None
    doublings = min(max(attempts - 1, 0), MOST_DOUBLINGS)
    pause: timedelta = FIRST_PAUSE * 2**doublings
    return now + min(pause, LONGEST_PAUSE)
