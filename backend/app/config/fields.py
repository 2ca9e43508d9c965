"""The kinds of values that several settings have."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

LONGEST_DAYS = 36_500
LARGEST_AMOUNT = 2**53
Name = Annotated[str, Field(min_length=1, max_length=200)]
KeyId = Annotated[str, Field(min_length=1, max_length=64)]
# a kind of reward, or one code of it
UnitName = Annotated[
    str, StringConstraints(pattern=r"^(TOKEN|XP|COUPON|ITEM|BADGE|ENTITLEMENT|HOST)(:[A-Z][A-Z0-9_]{0,49})?$")
]


def amount(default: int | None, what: str, *, least: int = 1, example: int | None = None) -> Any:
    """A value in whole units."""
    examples = None if example is None else [example]
    return Field(default, ge=least, le=LARGEST_AMOUNT, description=what, examples=examples)


def kept_by_retain(what: str, example: int) -> Any:
    """The days that `ops retain` leaves something, with the rights of the tables' owner."""
    means = f"How long `ops retain` keeps {what}. Not set: permanently."
    return Field(None, ge=30, le=LONGEST_DAYS, description=means, examples=[example])
