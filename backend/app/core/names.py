"""What names from outside may look like, and when two are the same. One rule for all of them.

A name that people type (`shown_name`) is in NFC, without signs that nobody sees, trimmed, with plain spaces. Two names
are the same (`name_key`) when they differ only by case, width, spaces or form: decided here, because MariaDB and SQLite
compare texts differently. A host's id of a player is the host's own: taken as it is, or refused (`is_external_id`).
"""

import hashlib
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

MAX_EXTERNAL_ID = 100
MAX_NICKNAME = 50
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})
# letters and marks without a shape: fillers of Hangul, joiners of graphemes, the blank Braille cell, vowels of Khmer
BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u2800\u3164\uffa0")
JOINER, EMOJI_FORM, TEXT_FORM = "\u200d", "\ufe0f", "\ufe0e"
# what an emoji may consist of beside signs: a tone of skin, a form, the ring of a keycap
PARTS_OF_EMOJI, KEYCAPS = frozenset({EMOJI_FORM, "\u20e3"}), frozenset("#*0123456789")
_are_stored: ContextVar[bool] = ContextVar("names_are_stored", default=False)


def is_external_id(text: object) -> bool:
    """Whether a host may name a player so: 1–100 printable characters, no space at either end, in one form (NFC).

    MariaDB compares "kim" and "kim " as equal and SQLite doesn't, so a space at the end would be another player on
    one server and the same on the other; and two ids that look alike are one person to whoever reads them.
    """
    if not isinstance(text, str) or not 0 < len(text) <= MAX_EXTERNAL_ID or text != text.strip():
        return False
    return text.isprintable() and unicodedata.is_normalized("NFC", text) and not _has_unseen(text)


def is_nickname(text: str) -> bool:
    """Whether a player may be shown so: 1–50 visible characters, no control or direction signs, no space at an end."""
    return 0 < len(text) <= MAX_NICKNAME and text == text.strip() and not _has_unseen(text)


def shown_name(text: str) -> str:
    """The name as it is kept; raises ValueError for one with signs that nobody sees. A stored name stays as it is."""
    if _are_stored.get():
        return text
    name = unicodedata.normalize("NFC", text).strip()
    if not name:
        raise ValueError("at least one character")
    if _has_unseen(name):
        raise ValueError("no control, direction or zero-width characters")
    return " ".join(name.split())


def name_key(name: str) -> str:
    """What two names have in common that are the same to people: 64 hex digits, which every server compares alike."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    kept = "".join(sign for sign in folded if unicodedata.category(sign) not in UNSEEN and sign not in BLANKS)
    plain = "".join(sign for sign in kept if sign not in (EMOJI_FORM, TEXT_FORM))
    return hashlib.sha256(" ".join(plain.split()).encode()).hexdigest()


@contextmanager
def stored_names() -> Iterator[None]:
    """Reads documents whose names were taken before: what was allowed then goes on working, byte for byte."""
    token = _are_stored.set(True)
    try:
        yield
    finally:
        _are_stored.reset(token)


def _has_unseen(text: str) -> bool:
    return any(_is_unseen(text, at) for at in range(len(text)))


def _is_unseen(text: str, at: int) -> bool:
    """Whether the sign has no shape of its own. What joins two emoji, or gives one its form, is part of a shape."""
    sign = text[at]
    if sign == JOINER:
        return not (_is_emoji(text[at - 1 : at]) and _is_emoji(text[at + 1 : at + 2]))
    if sign in (EMOJI_FORM, TEXT_FORM):
        return at == 0 or not (_is_emoji(text[at - 1]) or text[at - 1] in KEYCAPS)
    if 0xFE00 <= ord(sign) <= 0xFE0F or 0xE0100 <= ord(sign) <= 0xE01EF:  # other forms: of letters, all alike
        return True
    return sign in BLANKS or unicodedata.category(sign) in UNSEEN


def _is_emoji(sign: str) -> bool:
    return sign in PARTS_OF_EMOJI or (sign != "" and unicodedata.category(sign) in {"So", "Sk"} and sign not in BLANKS)
