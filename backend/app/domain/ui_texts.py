"""What a notice or banner may hold: plain texts and objects by language, never HTML, and not too much of it."""

import re
from typing import Any

from pydantic_core import to_json

LANGUAGES = frozenset({"ko", "en"})
MAX_BYTES = 20_000
MAX_DEPTH = 6  # language → banner list → banner → button → its parts, and one to spare
MAX_INT = 2**53  # exact in every JSON reader
FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,49}")
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # control characters but tab and line breaks


def checked_ui_value(value: dict[str, Any]) -> dict[str, Any]:
    """The value itself; raises ValueError saying what is wrong with it."""
    if not value or value.keys() - LANGUAGES:
        raise ValueError("an object with the keys ko and en, at least one of them")
    for language, text in value.items():
        _check(text, language, depth=1)
    size = len(to_json(value))
    if size > MAX_BYTES:
        raise ValueError(f"at most {MAX_BYTES} bytes of JSON")
    return value


def _check(value: Any, path: str, *, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ValueError(f"at most {MAX_DEPTH} levels deep")
    if isinstance(value, str):
        if UNSEEN.search(value):
            raise ValueError(f"{path}: no control characters")
    elif isinstance(value, dict):
        for name, part in value.items():
            if not FIELD.fullmatch(name):
                raise ValueError(f"{path}: field names are ASCII letters, digits and _, at most 50")
            _check(part, f"{path}.{name}", depth=depth + 1)
    elif isinstance(value, list):
        for index, part in enumerate(value):
            _check(part, f"{path}.{index}", depth=depth + 1)
    elif isinstance(value, float) or (isinstance(value, int) and abs(value) > MAX_INT):
        raise ValueError(f"{path}: numbers are whole and exact")
