"""Changing the secret that signs our tokens: what to set, and until when the old one must be believed."""

import re
from dataclasses import dataclass

from app.config.settings import Settings

THE_PRESENT_ONE = "(what JWT_SECRET is now)"


@dataclass(frozen=True, slots=True)
class Rotation:
    """The settings of the next start, in the order of .env.example. The old secret is named, never printed."""

    values: dict[str, str]
    # after this many seconds no token of a sign-in is signed with the old secret any more
    wait_seconds: int


def rotation(settings: Settings, new_secret: str) -> Rotation:
    """The next key: a fresh id, and the present one as the previous."""
    return Rotation(
        {
            "JWT_SECRET": new_secret,
            "JWT_KID": next_kid(settings.jwt_kid, settings.jwt_previous_kid),
            "JWT_PREVIOUS_SECRET": THE_PRESENT_ONE,
            "JWT_PREVIOUS_KID": settings.jwt_kid,
        },
        settings.access_ttl_seconds,
    )


def next_kid(kid: str, previous: str | None) -> str:
    """`k1` → `k2`; a name without a number gets one. Never the previous one's: two secrets under one id mix up."""
    match = re.fullmatch(r"(.*?)(\d+)", kid)
    stem, number = (match[1], int(match[2])) if match else (f"{kid}-", 1)
    candidate = f"{stem}{number + 1}"
    return candidate if candidate != previous else f"{stem}{number + 2}"
