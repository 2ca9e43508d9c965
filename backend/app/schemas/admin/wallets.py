"""Giving tokens to players and taking them back."""

from pydantic import Field

from app.domain.config_fields import Code
from app.schemas.admin.common import Instant, OnePlayer
from app.schemas.common import Shape


class WalletAdjustment(OnePlayer):
    """Who (exactly one of `external_id` and `user_id`), which wallet, how much."""

    token_type: Code = Field(examples=["ROULETTE_COIN"])
    amount: int = Field(ge=1, le=2**53, examples=[3])


class WalletAdjusted(Shape):
    """What happened. A large gift and every compensation wait as APPROVAL: the balance has not moved yet."""

    result: str = Field(examples=["OK"])
    operation_id: str = Field(examples=["ADMIN:019a9f2e-6a10-7cc3-9a51-0d5c8f3b2a11"])
    user_id: int
    external_id: str
    token_type: str
    amount: int
    state: str = Field(examples=["GRANTED"])
    balance: int
    created_at: Instant
