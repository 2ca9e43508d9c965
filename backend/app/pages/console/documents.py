"""Documents that operators edit as JSON: read, checked, and each fault told with the line that it stands on."""

import json
import re
from typing import Annotated, Any

from fastapi import Form, Request
from pydantic import TypeAdapter, ValidationError

from app.core.errors import AppError, Kind, invalid, told_in
from app.core.languages import KOREAN
from app.pages.console.look import refusal_text
from app.pages.reader import language_of
from app.schemas.admin.common import Reason

Document = Annotated[str, Form(max_length=60_000)]
Typed = Annotated[str, Form(max_length=500)]  # checked by the flow, so that what was typed stands there again
Problem = dict[str, Any]
REASON: TypeAdapter[str] = TypeAdapter(Reason)
MAY_SAY = frozenset({Kind.INVALID, Kind.REFUSED, Kind.CONFLICT})
WHOLE = "(whole)"
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')


def written(document: Any) -> str:
    """A document as people edit it."""
    return json.dumps(document, ensure_ascii=False, indent=2)


def read_document(text: str) -> dict[str, Any]:
    """What was typed; raises VALIDATION_ERROR naming the line that is no JSON."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise invalid((f"line {getattr(error, 'lineno', 0)}", "not readable as JSON")) from None
    if not isinstance(document, dict):
        raise invalid((WHOLE, "a JSON object"))
    return document


def read_reason(text: str) -> str:
    """Why, as every write must say; raises VALIDATION_ERROR."""
    try:
        return REASON.validate_python(text)
    except ValidationError as error:
        raise invalid(("reason", error.errors()[0]["msg"])) from None


def problems_of(request: Request, refusal: AppError, text: str) -> list[Problem]:
    """What a refusal says to who typed this, each with its line; raises a refusal that isn't about that."""
    if refusal.meaning.kind not in MAY_SAY:
        raise refusal
    fields = told_in(refusal.facts.get("fields", ()), korean=language_of(request) == KOREAN)
    if not fields:
        return [{"field": WHOLE, "reason": refusal_text(language_of(request), refusal.code), "line": None}]
    try:
        lines = lines_of(text) if isinstance(json.loads(text), dict) else {}
    except (ValueError, RecursionError):
        lines = {}
    return [{**problem, "line": _line(lines, problem["field"])} for problem in fields]


def lines_of(text: str) -> dict[str, int]:
    """On which line each value of a JSON text begins, by its path: {"effects.0.amount": 12}. The text must be JSON."""
    found: dict[str, int] = {}
    path: list[Any] = []  # of each container around: the place in a list, the name in an object, None before the name
    line, end = 1, 0
    for match in TOKEN.finditer(text):
        token = match[0]
        line, end = line + text.count("\n", end, match.start()), match.start()
        if token in "}]":
            path.pop()
        elif token == ",":
            path[-1] = path[-1] + 1 if isinstance(path[-1], int) else None
        elif path and path[-1] is None:
            path[-1] = json.loads(token)
        elif token != ":":
            found[".".join(map(str, path))] = line
            if token in "{[":
                path.append(None if token == "{" else 0)
    return found


def _line(lines: dict[str, int], field: str) -> int | None:
    """The line of a field, or of what it is missing in; the `XP` of `effects.0.XP.amount` is no place of its own."""
    here = ""
    for part in field.split("."):
        deeper = f"{here}.{part}" if here else part
        here = deeper if deeper in lines else here
    return lines.get(here) if here else None
