"""Shapes that many answers share."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Shape(BaseModel):
    """Anything on the wire. Pydantic builds it when it is first used: no process uses all 200."""

    model_config = ConfigDict(defer_build=True)


class RequestBody(Shape):
    """A body from outside: unknown fields and wrong types are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Reward(Shape):
    """A reward as every answer shows it. `token_type` stands beside TOKEN, `code` beside what needs one."""

    reward_type: str = Field(examples=["TOKEN"])
    reward_amount: int = Field(examples=[3])
    token_type: str | None = Field(default=None, examples=["ROULETTE_COIN"])
    code: str | None = None


class ErrorBody(Shape):
    """The machine-readable part of a problem. The code decides; words may change."""

    code: str = Field(examples=["NOT_ENOUGH_TOKENS"])
    message: str = Field(examples=["티켓이 부족합니다"])
    details: dict[str, Any] | list[dict[str, Any]] = Field(examples=[{"balance": 0, "needed": 1}])


class Problem(Shape):
    """RFC 9457 problem: the shape of every refusal."""

    type: str = Field(examples=["about:blank#NOT_ENOUGH_TOKENS"])
    title: str = Field(examples=["Not enough tokens"])
    status: int = Field(examples=[400])
    detail: str
    instance: str = Field(examples=["/api/roulette/play"])
    request_id: str | None
    error: ErrorBody


class Page(Shape):
    """A keyset page: ask again with `after=next` while `has_more`."""

    items: list[Any]
    next: int | None
    has_more: bool


class Timed(Shape):
    """An answer that says when it was true, with the offset +09:00."""

    server_time: datetime
