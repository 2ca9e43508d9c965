"""The kinds of values that several settings have."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from app.config.operations import LIMITABLE

LONGEST_DAYS = 36_500
LARGEST_AMOUNT = 2**53
Name = Annotated[str, Field(min_length=1, max_length=200)]
KeyId = Annotated[str, Field(min_length=1, max_length=64)]
# a kind of reward, or one code of it
UnitName = Annotated[
    str, StringConstraints(pattern=r"^(TOKEN|XP|COUPON|ITEM|BADGE|ENTITLEMENT|HOST)(:[A-Z][A-Z0-9_]{0,49})?$")
]


def _limitable(name: str) -> str:
    """Raises ValueError on a name that limits nothing: its calls would go on without end, and nobody would notice."""
    if name not in LIMITABLE:
        raise ValueError("no method or operation of players")
    return name


LimitName = Annotated[str, AfterValidator(_limitable)]


def amount(default: int | None, what: str, *, least: int = 1, example: int | None = None) -> Any:
    """A value in whole units."""
    examples = None if example is None else [example]
    return Field(default, ge=least, le=LARGEST_AMOUNT, description=what, examples=examples)


# measured: two processes on two cores take some 600 sign-ins a second, all hosts together
PRODUCTION_HOST_RATE = 300.0


def limit_of_a_host() -> Any:
    """Calls a second of one host's server."""
    means = (
        "Calls a second of one host's server, on all processes together where there is Redis. Not set:"
        f" {PRODUCTION_HOST_RATE:.0f} in production, no limit elsewhere."
    )
    return Field(None, gt=0, le=1e9, description=means, examples=[300])


def _named(value: object) -> object:
    if value == "":
        raise ValueError("no file is named")
    return value


NamedFile = Annotated[Path, BeforeValidator(_named)]


def seals_file() -> Any:
    """Where seals of the operators' log are written down outside the database."""
    means = "The worker adds each seal of the operators' log to this file. Keep it where it can only grow."
    return Field(None, description=means, examples=["/var/log/dojang/seals.jsonl"])


def seals_url() -> Any:
    """Where they are sent."""
    means = "The worker sends each seal of the operators' log here, as a POST."
    return Field(
        None, max_length=500, pattern=r"^(https?://[^\s]+)?$", description=means,
        examples=["https://archive.example/seals"],
    )  # fmt: skip


def kept_by_retain(what: str, example: int) -> Any:
    """The days that `ops retain` leaves something, with the rights of the tables' owner."""
    means = f"How long `ops retain` keeps {what}. Not set: permanently."
    return Field(None, ge=30, le=LONGEST_DAYS, description=means, examples=[example])


def require_address(value: str | None) -> str | None:
    """The address of a server. Raises ValueError on one that can't be read, such as a port that is no number."""
    if value:
        try:
            named = make_url(value).query.get("failover", ())
        except ArgumentError:
            raise ValueError("not an address") from None
        for server in [named] if isinstance(named, str) else named:
            int(server.partition(":")[2] or 0)
    return value
