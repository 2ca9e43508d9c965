"""What games show of their prizes: the shapes that the contract and the types of hosts are made of.

The rules build plain documents; these say what stands in them, and a test compares each document with its shape.
"""

from pydantic import BaseModel, ConfigDict, Field


class Shown(BaseModel):
    """A part of an answer: every name that stands there stands here."""

    model_config = ConfigDict(defer_build=True)


class ShownReward(Shown):
    """What a prize gives. `token_type` stands beside TOKEN, `code` beside what needs one."""

    reward_type: str = Field(examples=["TOKEN"])
    reward_amount: int = Field(examples=[3])
    token_type: str | None = Field(default=None, examples=["ROULETTE_COIN"])
    code: str | None = None


class ShownPrize(ShownReward):
    """A prize with its number and its label."""

    id: int = Field(examples=[1])
    label: str = Field(examples=["3 coins"])


class OfferedPrize(ShownPrize):
    """A prize before a play."""

    is_sold_out: bool
