"""Giving tokens to players and taking them back."""

from typing import Annotated, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from app.core.names import is_external_id
from app.domain.config_fields import Code
from app.schemas.admin.common import AdminBody, Instant

HostCode = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,50}$")]


class WalletAdjustment(AdminBody):
    """Who (exactly one of `external_id` and `user_id`), which wallet, how much."""

    external_id: str | None = Field(default=None, min_length=1, max_length=100, examples=["user-1001"])
    user_id: int | None = Field(default=None, ge=1, le=2**63 - 1)
    host: HostCode = Field(default="main", description="Whose external_id it is.")
    token_type: Code = Field(examples=["ROULETTE_COIN"])
    amount: int = Field(ge=1, le=2**53, examples=[3])

    @model_validator(mode="after")
    def _names_one_player(self) -> Self:
        if (self.external_id is None) == (self.user_id is None):
            raise ValueError("exactly one of external_id and user_id")
        if self.external_id is not None and not is_external_id(self.external_id):
            raise ValueError("external_id: printable characters, no space at either end")
        return self


class WalletAdjusted(BaseModel):
    """What happened. A large gift waits as APPROVAL: then the balance has not moved yet."""

    result: str = Field(examples=["OK"])
    operation_id: str = Field(examples=["ADMIN:019a9f2e-6a10-7cc3-9a51-0d5c8f3b2a11"])
    user_id: int
    external_id: str
    token_type: str
    amount: int
    state: str = Field(examples=["GRANTED"])
    balance: int
    created_at: Instant
