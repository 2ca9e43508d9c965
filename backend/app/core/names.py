"""What names from outside may look like. Databases and people both trip over the rest."""

import unicodedata

MAX_EXTERNAL_ID = 100
MAX_NICKNAME = 50
# joins emoji and some scripts' letters; every other invisible sign could make two names look alike
JOINERS = frozenset("\u200c\u200d")
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})


def is_external_id(text: object) -> bool:
    """Whether a host may name a player so: 1–100 printable characters, no space at either end.

    MariaDB compares "kim" and "kim " as equal and SQLite doesn't, so a space at the end would be another player on
    one server and the same on the other.
    """
    return isinstance(text, str) and 0 < len(text) <= MAX_EXTERNAL_ID and text.isprintable() and text == text.strip()


def is_nickname(text: str) -> bool:
    """Whether a player may be shown so: 1–50 visible characters, no control or direction signs, no space at an end."""
    if not 0 < len(text) <= MAX_NICKNAME or text != text.strip():
        return False
    return all(sign in JOINERS or unicodedata.category(sign) not in UNSEEN for sign in text)
