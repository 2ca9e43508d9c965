"""Players as operators see them."""

from datetime import date
from typing import Any

from pydantic import Field

from app.schemas.admin.common import AdminBody, Instant
from app.schemas.common import Shape, Timed
from app.schemas.player import LedgerLine, RewardLine, WalletLine
from app.schemas.players import RenameBody


class WhyOnly(AdminBody):
    """Nothing but the reason."""


class AdminRename(AdminBody, RenameBody):
    """Another id for the player."""


class AdminMerge(AdminBody):
    """Into whom this account goes, by our number."""

    into_user_id: int = Field(ge=1, le=2**63 - 1)
    preview: bool = Field(default=False, description="Says what would happen, and changes nothing.")


class PlayerRow(Shape):
    """A player. The version is the ETag that a change must name."""

    id: int
    host: str = Field(examples=["main"])
    external_id: str = Field(examples=["user-1001"])
    nickname: str | None
    is_blocked: bool
    tokens_valid_from: Instant | None = Field(description="Sign-ins from before this instant don't count.")
    event_key_count: int
    event_pending_points: int
    version: int
    created_at: Instant
    merged_into: int | None = Field(description="The player whom this account became part of.")


class PlayerProgress(Shape):
    """Where the player stands in one season."""

    season_id: int
    current_level: int
    current_xp: int
    total_stamps: int
    last_stamp_date: date | None
    internal_wins: int


class PlayerDetail(PlayerRow, Timed):
    """A player with wallets and progress."""

    wallets: list[WalletLine]
    progress: list[PlayerProgress]


class PlayerEvent(Shape):
    """One line of a player's story."""

    id: int
    event_type: str = Field(examples=["PLAY"])
    feature_type: str | None
    reference: str | None = Field(examples=["PLAY:019a9f2e-6a10-7cc3-9a51-0d5c8f3b2a11"])
    facts: dict[str, Any]
    request_id: str | None
    created_at: Instant


class PlayerLedgerLine(LedgerLine):
    """One movement of one wallet."""

    created_at: Instant


class PlayerReward(RewardLine):
    """One reward and where it stands."""

    created_at: Instant
