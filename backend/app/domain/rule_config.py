"""A rule as an operator sets it: which events it is for, what bounds it, and what it gives. Checked whole."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from app.domain.bridge_config import HostEventType
from app.domain.config_fields import LARGEST, MAX_AMOUNT, RewardFields, StrictModel
from app.domain.grants import RewardType
from app.domain.host_events import FieldPath
from app.domain.rule_conditions import MAX_DEPTH, MAX_TESTS, Condition, depth, tests_in
from app.domain.season_config import Track

MAX_UNITS = 10_000
# stamps are kept as 32-bit sums: one event gives a hundredth of what other amounts may be
STAMP_WEIGHT = 100
ONE_WEEK_SECONDS = 7 * 86_400
# in small letters, so that no host can report what the service counts by itself
HostMetric = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9._-]{0,99}$")]

FieldPaths = Annotated[tuple[FieldPath, ...], Field(max_length=5, strict=False)]


class CountConfig(StrictModel):
    """How many units an event is worth: one for every whole `step` in `field`, at most `max_units`.

    What lies above `max_units` is left out, and the answer to the event says so (`MAX_UNITS`).

    `is_cumulative`: the field is a total that grows, and only what lies above the highest total seen so far counts. A
    corrected, repeated or late total never pays twice. `per` keeps one such mark for each of its values: `["week"]`.
    """

    field: FieldPath
    step: int = Field(default=1, ge=1, le=MAX_AMOUNT)
    max_units: int = Field(default=1_000, ge=1, le=MAX_UNITS, description="of one event")
    is_cumulative: bool = False
    per: FieldPaths = ()

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.per and not self.is_cumulative:
            raise ValueError("per belongs to is_cumulative")
        return self


class XpEffect(StrictModel):
    """Earned XP, in the season that ran on the event's day."""

    kind: Literal["XP"]
    amount: int = Field(ge=1, le=MAX_AMOUNT)


class StampEffect(StrictModel):
    """A stamp in the season that ran on the event's day."""

    kind: Literal["STAMP"]
    count: int = Field(default=1, ge=1, le=100)
    bonus_xp: int = Field(default=0, ge=0, le=MAX_AMOUNT)


class RewardEffect(RewardFields):
    """Any reward but XP, which has an effect of its own."""

    kind: Literal["REWARD"]

    @model_validator(mode="after")
    def _is_a_reward(self) -> Self:
        if self.reward_type in (RewardType.NONE, RewardType.XP):
            raise ValueError("reward_type is neither NONE nor XP (the effect XP gives XP)")
        return self


class BridgeKeyEffect(StrictModel):
    """The bridge key of the event's day, where that day's mission is a host event of this type (default: its own)."""

    kind: Literal["BRIDGE_KEY"]
    host_event_type: HostEventType | None = None


class PremiumEffect(StrictModel):
    """The player gets a premium track of the season, or loses it."""

    kind: Literal["PREMIUM"]
    track: Track
    is_owned: bool = True


class CountEffect(StrictModel):
    """So much of a host's metric, on the event's day: for the missions and boards that count it."""

    kind: Literal["COUNT"]
    metric: HostMetric
    amount: int = Field(default=1, ge=1, le=MAX_AMOUNT)


class ReverseEffect(StrictModel):
    """Takes back what another event of this host and player gave. `event_id` and `source` name the fields that name it.

    The other event may come later: then it gives nothing. Without `source` it is of the same source.
    """

    kind: Literal["REVERSE"]
    event_id: FieldPath
    source: FieldPath | None = None


Effect = Annotated[
    XpEffect | StampEffect | RewardEffect | BridgeKeyEffect | PremiumEffect | CountEffect | ReverseEffect,
    Field(discriminator="kind"),
]


class RuleConfig(StrictModel):
    """A whole rule. `once_per: []` means once at all, `["data.course_id"]` once for each course."""

    event_types: tuple[HostEventType, ...] = Field(min_length=1, max_length=20, strict=False)
    when: tuple[Condition, ...] = Field(default=(), max_length=20, strict=False)
    once_per: FieldPaths | None = None
    count: CountConfig | None = None
    cap_per_day: int | None = Field(default=None, ge=1, le=MAX_AMOUNT, description="units per player and KST day")
    cooldown_seconds: int = Field(default=0, ge=0, le=ONE_WEEK_SECONDS)
    effects: tuple[Effect, ...] = Field(min_length=1, max_length=10, strict=False)

    @field_validator("when")
    @classmethod
    def _is_not_too_deep(cls, when: tuple[Any, ...]) -> tuple[Any, ...]:
        if any(depth(condition) > MAX_DEPTH for condition in when):
            raise ValueError(f"conditions stand at most {MAX_DEPTH} deep in one another")
        if sum(map(tests_in, when)) > MAX_TESTS:
            raise ValueError(f"a rule makes at most {MAX_TESTS} comparisons: every event pays for each of them")
        return when

    @model_validator(mode="after")
    def _stays_in_bounds(self) -> Self:
        if self.max_units * max(self._amounts(), default=0) > MAX_AMOUNT:
            raise ValueError(f"one event may give at most {MAX_AMOUNT}: lower count.max_units or the amounts")
        if self.is_reversal and (self.count, self.once_per, self.cap_per_day, self.cooldown_seconds) != (None,) * 3 + (
            0,
        ):
            raise ValueError("REVERSE has no bounds: each event is taken back once anyway")
        if self.count is not None and self.count.is_cumulative and self.once_per is not None:
            raise ValueError("once_per would end a cumulative count at its first event")
        return self

    @model_validator(mode="after")
    def _only_takes_back(self) -> Self:
        if self.is_reversal and any(
            not (isinstance(effect, ReverseEffect) or (isinstance(effect, PremiumEffect) and not effect.is_owned))
            for effect in self.effects
        ):
            raise ValueError("beside REVERSE stands only the end of PREMIUM: it works for blocked players, too")
        return self

    @property
    def is_reversal(self) -> bool:
        return any(isinstance(effect, ReverseEffect) for effect in self.effects)

    @property
    def max_units(self) -> int:
        return 1 if self.count is None else self.count.max_units

    def _amounts(self) -> list[int]:
        return [
            effect.reward_amount if isinstance(effect, RewardEffect) else effect.amount
            for effect in self.effects
            if isinstance(effect, RewardEffect | XpEffect | CountEffect)
        ]

    def unbounded(self) -> Iterator[tuple[str, str]]:
        """(field, reason) of every effect that one event could multiply beyond what it may give at most.

        Asked when a rule is saved, and not when a stored one is read: rules from before keep working.
        """
        for number, effect in enumerate(self.effects):
            if isinstance(effect, RewardEffect):
                kind = RewardType(effect.reward_type)
                most, amounts = LARGEST.get(kind, MAX_AMOUNT), {"reward_amount": effect.reward_amount}
            elif isinstance(effect, StampEffect):
                most, amounts = MAX_AMOUNT, {"count": effect.count * STAMP_WEIGHT, "bonus_xp": effect.bonus_xp}
            else:
                continue
            for field, amount in amounts.items():
                if amount * self.max_units > most:
                    yield f"effects.{number}.{field}", f"one event may give at most {most}: lower count.max_units"

    def view(self) -> dict[str, Any]:
        """The rule as plain JSON values, defaults filled in: what is stored and compared."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)
