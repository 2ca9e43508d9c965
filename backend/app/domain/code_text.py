"""One code, however it was typed, pasted or uploaded: read as it was meant, the same at every door."""

import unicodedata

LONGEST_TYPED = 400  # far above any code, also where each of its letters came with something invisible
# what looks like a dash, and what people type for one: minus, hyphen bullet, box line, the Korean vowel EU, the
# Japanese long vowel (each also as NFKC writes it)
DASHES = frozenset("\u2212\u2043\u02d7\u2500\u3161\u1173\u30fc")
# letters and marks that show nothing: Hangul fillers, the grapheme joiner, the empty braille cell
UNSEEN = frozenset("\u115f\u1160\u3164\uffa0\u034f\u2800\u180e")
QUOTES = (
    "'\"`\u00b4\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u2032\u2033\u00ab\u00bb\u2039"
    "\u203a\u300c\u300d\u300e\u300f\u301d\u301e\u301f"
)
# an accent that stands alone is a quote that was mistyped: NFKC would split it into a space and a mark
ACCENTS = str.maketrans({"\u00b4": "'", "\u2032": "'", "\u2033": '"'})


def as_meant(text: str) -> str:
    """The code that somebody means: full-width signs as ASCII has them, every dash as `-`, quotes around it and
    whatever can't be seen (zero-width signs, BOM, controls) left out. Capital and small letters stay, and so does a
    space inside."""
    text = unicodedata.normalize("NFKC", text[:LONGEST_TYPED].translate(ACCENTS))
    return "".join(map(_sign, text)).strip(f"{QUOTES} ")


def code_key(code: str) -> str:
    """What makes a code one: capital and small letters are the same code."""
    return code.upper()


def typed_key(text: str) -> str:
    """A code as a player or an operator types it, as its key: spaces inside don't matter."""
    return code_key("".join(as_meant(text).split()))


def _sign(sign: str) -> str:
    if sign in DASHES:
        return "-"
    if sign.isspace():
        return " "
    if sign in UNSEEN or "\ufe00" <= sign <= "\ufe0f":
        return ""
    category = unicodedata.category(sign)
    if category == "Pd":
        return "-"
    return "" if category in ("Cf", "Cc") else sign
