"""Randomness: the operating system's CSPRNG, nothing else. Rules get it as an argument."""

import secrets
from datetime import datetime


class SecureDraw:
    """The production draw: unbiased numbers from the CSPRNG."""

    def below(self, bound: int) -> int:
        """A uniform integer in 0 <= n < bound."""
        return secrets.randbelow(bound)


def new_id(now: datetime) -> str:
    """A fresh UUIDv7 (RFC 9562) as text: unique without asking the database, ordered by `now`."""
    milliseconds = int(now.timestamp() * 1000)
    tail = int.from_bytes(secrets.token_bytes(10), "big")
    value = (milliseconds & (2**48 - 1)) << 80 | 0x7 << 76 | (tail >> 68) << 64 | 0b10 << 62 | tail & (2**62 - 1)
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def first_id_at(instant: datetime) -> str:
    """Sorts before every `new_id` of this instant or later, and after every earlier one."""
    milliseconds = f"{int(instant.timestamp() * 1000):012x}"
    return f"{milliseconds[:8]}-{milliseconds[8:]}"


def jitter(longest: float) -> float:
    """A uniform fraction of `longest`: keeps retries of parallel losers apart."""
    return longest * secrets.randbelow(1 << 20) / (1 << 20)
