"""What an operator brought in a form that was refused: it stands there again, each fault with its line."""

from dataclasses import dataclass
from typing import Any

from fastapi import Request

from app.core.errors import AppError, Kind, told_in
from app.core.languages import KOREAN
from app.pages.console.look import refusal_text
from app.pages.reader import language_of
from app.schemas.uploads import Upload

MAY_SAY = frozenset({Kind.INVALID, Kind.REFUSED, Kind.CONFLICT, Kind.UNAVAILABLE})


@dataclass(frozen=True, slots=True)
class Draft:
    """The text and the reason as they were typed; a browser gives no file back, so its name is said."""

    text: str
    reason: str
    file_name: str | None
    problems: list[dict[str, Any]]


def draft_of(request: Request, refusal: AppError, brought: Upload) -> Draft:
    """The draft with what the refusal says of it; raises a refusal that isn't about that."""
    if refusal.meaning.kind not in MAY_SAY:
        raise refusal
    language = language_of(request)
    said = {"field": "", "reason": refusal_text(language, refusal.code)}
    problems = told_in(refusal.facts.get("fields") or [said], korean=language == KOREAN)
    return Draft(brought.text, brought.fields.get("reason", ""), brought.file_name, problems)
