"""Campaigns of codes as operators see and set them."""

from typing import Any

from pydantic import ConfigDict, Field

from app.domain.promo_config import PromoConfig
from app.schemas.admin.common import Instant, PlayersWhoLose, Reason, Warned
from app.schemas.common import Reward, Shape

EXAMPLE: dict[str, Any] = {
    "code": "XMAS_RUSH",
    "title_ko": "선착순 500명",
    "title_en": "First 500",
    "kind": "SHARED",
    "shared_code": "XMAS-2025",
    "opens_at": "2025-12-20T20:00:00+09:00",
    "closes_at": "2025-12-21T00:00:00+09:00",
    "units": 500,
    "rewards": [{"reward_type": "POINT", "reward_amount": 1000}],
    "reason": "The rush of the 20th",
}


class PromoBody(PromoConfig):
    """A whole campaign."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    reason: Reason
    players_who_lose: PlayersWhoLose = None


class PromoReward(Reward):
    """A reward as it is set."""

    needs_approval: bool = False


class PromoRow(Warned):
    """A campaign; its version is the ETag that a change must name. `codes`: how many it has."""

    id: int
    code: str
    title_ko: str
    title_en: str
    host_id: int | None
    kind: str
    opens_at: Instant
    closes_at: Instant | None
    units: int | None
    given: int
    codes: int
    rewards: list[PromoReward]
    is_open: bool
    version: int
    created_at: Instant
    updated_at: Instant
    updated_by: str


class PromoCodesAdded(Shape):
    """What became of the codes."""

    added: int
    known_before: int
    campaign: PromoRow


class PromoCodeRow(Shape):
    """One code; of a SHARED campaign `claims` counts all of its players."""

    id: int
    code: str
    claims: int
    user_id: int | None = Field(description="Of a UNIQUE campaign: who used it.")
    claimed_at: Instant | None
    created_at: Instant


class PromoClaimRow(Shape):
    """One unit, and whose it is."""

    unit_no: int
    user_id: int
    code: str
    operation_id: str
    created_at: Instant
