"""Rules on host events as operators see and set them."""

from typing import Any

from pydantic import Field

from app.domain.config_fields import Code, Label
from app.domain.rule_config import RuleConfig
from app.schemas.admin.common import AdminBody, HostCode, Instant, Warned
from app.schemas.admin.games import ConfigChange
from app.schemas.common import Shape

EXAMPLE: dict[str, Any] = {
    "event_types": ["video.watched"],
    "when": [{"field": "data.percent", "op": "gte", "value": 90}],
    "once_per": ["data.title_id"],
    "cap_per_day": 5,
    "effects": [
        {"kind": "XP", "amount": 20},
        {"kind": "REWARD", "reward_type": "TOKEN", "reward_amount": 1, "token_type": "ROULETTE_COIN"},
    ],
}


class RuleNew(AdminBody):
    """A rule with its first version. `host` left out: for the events of every host."""

    code: Code = Field(
        examples=["WATCHED_90"], description="Part of the operation ids of what it gives; it can't be changed."
    )
    title: Label = Field(examples=["90 % watched"])
    host: HostCode | None = None
    config: RuleConfig = Field(examples=[EXAMPLE])


class RuleVersionNew(AdminBody):
    """Replaces the whole rule by a further version."""

    config: RuleConfig = Field(examples=[EXAMPLE])


class RuleActivation(AdminBody):
    """Which version is to be in force; null puts the rule to rest."""

    version: int | None = Field(ge=1, le=2**31 - 1)


class RuleHead(Warned):
    """A rule without its versions. `active_version` null: it rests."""

    id: int
    code: str
    title: str
    host: str | None
    active_version: int | None
    newest_version: int
    created_at: Instant


class RuleVersion(Warned):
    """One version of a rule. It never changes."""

    id: int
    version: int
    config: dict[str, Any]
    config_hash: str
    is_active: bool
    created_by: str
    created_at: Instant


class RuleDiff(Shape):
    """What a version changes compared with `against_version`."""

    rule: str
    version: int
    against_version: int
    changes: list[ConfigChange]
