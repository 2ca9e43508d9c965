"""Reading and writing bodies on hot routes: one Pydantic model in, bytes out."""

from typing import TypeVar

from fastapi import Response
from pydantic import BaseModel, ValidationError

from app.core.errors import AppError
from app.domain.config_fields import field_problems
from app.flows.steps.commands import Done

M = TypeVar("M", bound=BaseModel)


def parse_body(model: type[M], raw: bytes) -> M:
    """The validated body; an empty one counts as `{}`. Raises VALIDATION_ERROR with each {field, reason}."""
    try:
        return model.model_validate_json(raw or b"{}")
    except ValidationError as error:
        raise AppError("VALIDATION_ERROR", fields=field_problems(error)) from None


def json_answer(done: Done) -> Response:
    """The answer of a command, byte for byte; says so when it is one that was given before."""
    response = Response(done.body, done.status, media_type="application/json")
    if done.is_replay:
        response.headers["Idempotency-Replayed"] = "true"
    return response
