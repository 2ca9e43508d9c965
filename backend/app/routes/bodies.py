"""Reading and writing bodies on hot routes: one Pydantic model in, bytes out."""

import json
import math
from typing import Any, TypeVar

from fastapi import Response
from pydantic import BaseModel, ValidationError

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
