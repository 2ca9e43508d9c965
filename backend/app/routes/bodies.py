"""Reading and writing bodies on hot routes: one Pydantic model in, bytes out."""

import json
import math
from collections.abc import Mapping
from typing import Any, TypeVar

from fastapi import Response
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from app.core.errors import AppError, invalid
from app.domain.config_fields import field_problems
from app.flows.steps.commands import Done

M = TypeVar("M", bound=BaseModel)


def parse_body(model: type[M], raw: bytes) -> M:
    """The validated body; an empty one counts as `{}`. Raises VALIDATION_ERROR with each {field, reason}.

    What can be read in two ways is refused, too.
    """
    try:
        body = model.model_validate_json(raw or b"{}")
    except ValidationError as error:
        raise AppError("VALIDATION_ERROR", fields=field_problems(error)) from None
    if raw.count(b":") > 1:
        require_one_meaning(raw)
    return body


def one_kind(kinds: Mapping[str, type[M]], raw: bytes) -> M:
    """The validated body of a route that takes several kinds, told apart by a field that only one of them has."""
    try:
        named = json.loads(raw)
    except (ValueError, RecursionError):
        raise invalid(("(body)", "not JSON")) from None
    found = [kinds[name] for name in named if name in kinds] if isinstance(named, dict) else []
    if len(found) != 1:
        raise invalid(("(body)", f"exactly one of {', '.join(kinds)}"))
    return parse_body(found[0], raw)


def read_items(raw: bytes, name: str, most: int) -> list[Any]:
    """The documents of a body that is one of them, or `{name: […]}`; raises VALIDATION_ERROR for anything else."""
    try:
        body = from_json(raw or b"{}", allow_inf_nan=False)
    except ValueError:
        raise invalid(("(whole)", "not readable as JSON")) from None
    require_one_meaning(raw or b"{}")
    if not isinstance(body, dict):
        raise invalid(("(whole)", f"one, or an object with `{name}`"))
    if name not in body:
        return [body]
    documents = body[name]
    if not isinstance(documents, list) or not 1 <= len(documents) <= most:
        raise invalid((name, f"a list of 1 to {most}"))
    if len(body) > 1:
        raise invalid(*((str(other)[:50], "unknown field") for other in body if other != name))
    return documents


def require_one_meaning(raw: bytes) -> None:
    """Returns when two readers of this JSON must see the same in it; raises VALIDATION_ERROR otherwise.

    A field that is given twice is one thing to one of them and another to the other, and so is a number that only
    some can hold (1e400).
    """
    json.loads(raw, object_pairs_hook=_each_once, parse_int=str, parse_float=_finite)


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise invalid(("(whole)", "a number is too large"))
    return number


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise invalid(("(whole)", "a field is given twice"))
    return fields


def json_answer(done: Done, *, has_version: bool = False) -> Response:
    """The answer of a command, byte for byte; says so when it is one that was given before.

    `has_version`: the answer is a document whose version is its ETag.
    """
    response = Response(done.body, done.status, media_type="application/json")
    if has_version:
        response.headers["ETag"] = f'"{json.loads(done.body)["version"]}"'
    if done.is_replay:
        response.headers["Idempotency-Replayed"] = "true"
    return response
