"""What can be given: a Grant is decided by a rule; only `flows/steps/grant_rewards` turns it into value."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

POINT = "POINT"


class RewardType(StrEnum):
    """The kinds of reward (domain glossary)."""

    POINT = "POINT"
    TOKEN = "TOKEN"
    XP = "XP"
    COUPON = "COUPON"
    ITEM = "ITEM"
    BADGE = "BADGE"
    ENTITLEMENT = "ENTITLEMENT"
    HOST = "HOST"
    NONE = "NONE"


NEEDS_CODE = frozenset({RewardType.COUPON, RewardType.ITEM, RewardType.BADGE, RewardType.ENTITLEMENT, RewardType.HOST})


class RewardState(StrEnum):
    """Where a reward stands on its way to the player."""

    GRANTED = "GRANTED"
    PENDING = "PENDING"
    FAILED = "FAILED"
    APPROVAL = "APPROVAL"
    REJECTED = "REJECTED"
    REVERSED = "REVERSED"


@dataclass(frozen=True, slots=True)
class Grant:
    """One thing that a rule decided to give: `amount` whole units; `code` names the pool, item, badge or resource."""

    reward_type: RewardType
    amount: int = 0
    token_type: str | None = None
    code: str | None = None
    needs_approval: bool = False

    @property
    def wallet_token(self) -> str | None:
        """The wallet that this grant moves, if any."""
        if self.reward_type is RewardType.POINT:
            return POINT
        return self.token_type if self.reward_type is RewardType.TOKEN else None

    @property
    def is_something(self) -> bool:
        return self.reward_type is not RewardType.NONE and self.amount > 0

    def view(self) -> dict[str, Any]:
        """The grant as the contract shows it: wherever reward_type is TOKEN, token_type stands beside it."""
        shown: dict[str, Any] = {"reward_type": self.reward_type.value, "reward_amount": self.amount}
        if self.token_type is not None:
            shown["token_type"] = self.token_type
        if self.code is not None:
            shown["code"] = self.code
        return shown


NOTHING = Grant(RewardType.NONE)


def grant_from(document: Mapping[str, Any]) -> Grant:
    """A Grant out of its stored document, which was validated when it was saved."""
    return Grant(
        reward_type=RewardType(document["reward_type"]),
        amount=int(document.get("reward_amount", 0)),
        token_type=document.get("token_type"),
        code=document.get("code"),
        needs_approval=bool(document.get("needs_approval", False)),
    )
