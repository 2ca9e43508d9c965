"""Token types inside what operators write: a reward in a token that no wallet can spend is a typing error."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.core.errors import invalid

UNKNOWN = "unknown token type"


def require_known_tokens(document: Any, known: frozenset[str], *, code: str = "VALIDATION_ERROR") -> None:
    """Returns when every `token_type` in a validated document is known; raises the code naming each field that isn't.

    POINT is a reward type of its own, never a TOKEN, so it is not among the known ones.
    """
    unknown = list(_unknown(document, known, ""))
    if unknown:
        raise invalid(*((path, UNKNOWN) for path in unknown), code=code)


def _unknown(document: Any, known: frozenset[str], path: str) -> Iterator[str]:
    if isinstance(document, Mapping):
        for key, value in document.items():
            if key == "token_type" and value is not None and value not in known:
                yield f"{path}{key}"
            yield from _unknown(value, known, f"{path}{key}.")
    elif isinstance(document, Sequence) and not isinstance(document, str):
        for index, value in enumerate(document):
            yield from _unknown(value, known, f"{path}{index}.")
