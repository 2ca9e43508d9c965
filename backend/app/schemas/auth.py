"""Signing in, refreshing, and what a player is told about themselves."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from app.core.names import is_nickname, shown_name
from app.domain.config_fields import ExternalId
from app.schemas.common import RequestBody, Shape, Timed
from app.schemas.player import WalletLine


def _nickname(text: str) -> str:
    if not is_nickname(name := shown_name(text)):
        raise ValueError("1 to 50 visible characters")
    return name


Nickname = Annotated[str, AfterValidator(_nickname), Field(min_length=1, max_length=50, examples=["하늘"])]


class HostExchangeBody(RequestBody):
    """A host's server (X-API-Key) signs one of its players in. A nickname that differs replaces the old one."""

    external_id: ExternalId = Field(examples=["u-1001"])
    nickname: Nickname | None = None


class RefreshBody(RequestBody):
    """The refresh token of the last answer; it is spent by this."""

    refresh_token: str = Field(min_length=1, max_length=200)


class User(Shape):
    """A player – or, at the operators' door, the operator."""

    id: int
    external_id: str
    nickname: str | None
    status: Literal["ACTIVE", "BLOCKED"]


class TokenAnswer(Shape):
    """A sign-in. The refresh token works once; the answer to its use brings the next one."""

    access_token: str
    token_type: Literal["bearer"]
    expires_in: int = Field(description="seconds", examples=[900])
    refresh_token: str
    user: User


class Me(Timed):
    """The player at a glance. `features` says what is open now."""

    user: User
    wallets: list[WalletLine]
    features: dict[str, bool] = Field(examples=[{"ROULETTE": True}])
