"""Codes that the service makes itself."""

from app.domain.draw import Draw

# without 0 O 1 I L: nobody has to guess which it is
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
# 31 ** 12 is about 60 bits: a million codes, and a guess still meets one in 10 ** 12
LENGTH = 12


def new_codes(draw: Draw, count: int, *, prefix: str = "") -> list[str]:
    """`count` different random codes."""
    made: set[str] = set()
    while len(made) < count:
        made.add(prefix + "".join(ALPHABET[draw.below(len(ALPHABET))] for _ in range(LENGTH)))
    return sorted(made)
