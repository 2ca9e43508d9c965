"""What the contract says about routes that read their bodies themselves."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from app.core.errors import ERRORS
from app.schemas.common import Problem
from app.schemas.status import STATUS

Responses = dict[int | str, dict[str, Any]]
BEARER = "bearer"
API_KEY = "api_key"
SECURITY_SCHEMES = {
    BEARER: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    API_KEY: {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}


def problems(*codes: str) -> Responses:
    """The refusals that a route names, grouped by HTTP status."""
    found: Responses = {}
    for code in codes:
        status = STATUS[ERRORS[code].kind]
        entry = found.setdefault(
            status,
            {"model": Problem, "description": "", "content": {"application/problem+json": {}}},
        )
        entry["description"] = ", ".join(filter(None, [entry["description"], code]))
    return found


def answers(model: Any, *codes: str) -> Responses:
    """The answer of a route that gives bytes, and the refusals it names."""
    return {200: {"model": model}, **problems(*codes)}


def body_of(model: type[BaseModel]) -> dict[str, Any]:
    """The OpenAPI request body of a route that validates it by hand."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    return {"requestBody": {"content": {"application/json": {"schema": schema}}, "required": False}}


def keyed(extra: dict[str, Any], *, required: bool | None) -> dict[str, Any]:
    """Adds the bearer, and the Idempotency-Key header (None: the route takes none) to a route's description."""
    described: dict[str, Any] = {**extra, "security": [{BEARER: []}]}
    if required is not None:
        described["parameters"] = [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": required,
                "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
                "description": "Same key, same request: the same answer, for ever.",
            }
        ]
    return described


def describe(app: FastAPI) -> None:
    """Makes the contract say how callers sign in, also on routes that check it by a dependency."""

    def contract() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(title=app.title, summary=app.summary, version=app.version, routes=app.routes)
            schema.setdefault("components", {})["securitySchemes"] = SECURITY_SCHEMES
            schemas = schema["components"].setdefault("schemas", {})
            for path, operations in schema["paths"].items():
                for operation in operations.values():
                    schemas.update(_parts(operation))
                if path.startswith("/api/admin"):
                    for operation in operations.values():
                        operation.setdefault("security", [{BEARER: []}])
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = contract  # type: ignore[method-assign]  # FastAPI documents this as the way to extend the contract


def _parts(operation: dict[str, Any]) -> dict[str, Any]:
    """The parts that a hand-read body is made of, taken out of it: its references mean the document's components."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        parts: dict[str, Any] = content["schema"].pop("$defs", {})
        return parts
    return {}
