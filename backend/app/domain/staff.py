"""Operators: who they are and what they may."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class StaffMember:
    """One operator at this moment. Without a password they sign in by a link of the terminal alone."""

    id: int
    login: str
    password_hash: str | None = field(repr=False)
    scopes: frozenset[str]
    is_active: bool
    token_version: int


def login_of(text: str) -> str:
    """A login as it is stored and compared: people type addresses in any case."""
    return text.strip().casefold()
