"""What the contract says about routes that read their bodies themselves."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from app.core.errors import ERRORS
from app.schemas.common import Problem
from app.schemas.games import GameStatus, PlayAnswer
from app.schemas.late_route import COMPONENT
from app.schemas.status import STATUS

Responses = dict[int | str, dict[str, Any]]
BEARER = "bearer"
API_KEY = "api_key"
SECURITY_SCHEMES = {
    BEARER: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    API_KEY: {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}

IDEMPOTENCY_KEY = "Idempotency-Key"
HEADERS: dict[str, Any] = {
    "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds until it is worth a try."},
    "RateLimit-Policy": {"schema": {"type": "string"}, "description": "The limit that was met: q calls in w seconds."},
    "RateLimit": {"schema": {"type": "string"}, "description": "What is left of it, and in t seconds there is more."},
}
HEADERS_OF_STATUS = {"429": tuple(HEADERS), "503": ("Retry-After",)}


def problems(*codes: str) -> Responses:
    """The refusals that a route names, grouped by HTTP status. `describe` says what they look like."""
    found: Responses = {}
    for code in codes:
        status = STATUS[ERRORS[code].kind]
        entry = found.setdefault(status, {"description": ""})
        entry["description"] = ", ".join(filter(None, [entry["description"], code]))
    return found


def answers(model: Any, *codes: str) -> Responses:
    """The answer of a route that gives bytes, and the refusals it names."""
    return {200: {"model": model}, **problems(*codes)}


def body_of(model: type[BaseModel]) -> dict[str, Any]:
    """The OpenAPI request body of a LateRoute that validates it by hand."""
    return {"requestBody": {"content": {"application/json": {"schema": model}}, "required": False}}


def keyed(extra: dict[str, Any], *, required: bool | None) -> dict[str, Any]:
    """Adds the bearer, and the Idempotency-Key header (None: the route takes none) to a route's description."""
    described: dict[str, Any] = {**extra, "security": [{BEARER: []}]}
    if required is not None:
        described["parameters"] = [
            {
                "name": IDEMPOTENCY_KEY,
                "in": "header",
                "required": required,
                "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
                "description": "Same key, same request: the same answer, at any later time.",
            }
        ]
    return described


def describe(app: FastAPI) -> None:
    """Makes the contract say how callers sign in, also on routes that check it by a dependency, and every refusal."""

    def contract() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(title=app.title, summary=app.summary, version=app.version, routes=app.routes)
            schema.setdefault("components", {}).update(securitySchemes=SECURITY_SCHEMES, headers=HEADERS)
            schemas = schema["components"].setdefault("schemas", {})
            for path, operations in schema["paths"].items():
                for operation in operations.values():
                    schemas.update(_parts(operation))
                    _type_texts(operation, is_csv=path.endswith("csv"))
                    if path.startswith("/api/admin"):
                        operation.setdefault("security", [{BEARER: []}])
                    if path.startswith("/api"):
                        _add_refusals_of_all(operation, path)
            for unused in ("HTTPValidationError", "ValidationError"):  # FastAPI's own shape, which never leaves
                schemas.pop(unused, None)
            for model in (Problem, PlayAnswer, GameStatus):  # what all refusals, all games have in common
                common = model.model_json_schema(ref_template=COMPONENT)
                schemas[model.__name__] = _standing_alone(common, schemas)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = contract  # type: ignore[method-assign]  # FastAPI documents this as the way to extend the contract


def _type_texts(operation: dict[str, Any], *, is_csv: bool) -> None:
    """An answer that is no JSON is a text: a file, or a stream."""
    answer = operation["responses"].get("200", {})
    if is_csv:
        answer.setdefault("content", {"text/csv": {}})
    for media, content in answer.get("content", {}).items():
        if media.startswith("text/") and not content.get("schema"):
            content["schema"] = {"type": "string"}


def _standing_alone(schema: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    """A schema whose parts stand among the components."""
    components.update(schema.pop("$defs", {}))
    return schema


def _is_player(path: str, operation: dict[str, Any]) -> bool:
    return operation.get("security") == [{BEARER: []}] and not path.startswith("/api/admin")


def _add_refusals_of_all(operation: dict[str, Any], path: str) -> None:
    """What any route of its kind may refuse, beside what the route names; all of it as problem documents."""
    found: dict[str, Any] = operation["responses"]
    for code in _refusals_of_all(operation, path):
        status = str(STATUS[ERRORS[code].kind])
        said = found.setdefault(status, {"description": ""})
        names = [] if said["description"] == "Validation Error" else said["description"].split(", ")
        said["description"] = ", ".join(dict.fromkeys(filter(None, [*names, code])))
    for status, answer in found.items():
        if status >= "400":
            answer["content"] = {"application/problem+json": {"schema": {"$ref": COMPONENT.format(model="Problem")}}}
            for name in HEADERS_OF_STATUS.get(status, ()):
                answer.setdefault("headers", {})[name] = {"$ref": f"#/components/headers/{name}"}


def _refusals_of_all(operation: dict[str, Any], path: str) -> list[str]:
    codes = ["BUSY", "DATABASE_UNAVAILABLE"]
    if operation.get("security"):
        codes += ["AUTH_REQUIRED", "TOKEN_INVALID", "TOKEN_EXPIRED", "TOKEN_REVOKED", "SCOPE_REQUIRED"]
        if not path.startswith("/api/admin"):
            codes.append("HOST_DISABLED")
    if _is_player(path, operation):
        codes += ["USER_BLOCKED", "RATE_LIMITED"]
    if operation.get("parameters") or operation.get("requestBody"):
        codes.append("VALIDATION_ERROR")
    if operation.get("requestBody"):
        codes.append("BODY_TOO_LARGE")
    if any(parameter["name"] == IDEMPOTENCY_KEY for parameter in operation.get("parameters", [])):
        codes += ["IDEMPOTENCY_KEY_REQUIRED", "IDEMPOTENCY_KEY_REUSED"]
    return codes


def _parts(operation: dict[str, Any]) -> dict[str, Any]:
    """The parts that a hand-read body is made of, taken out of it: its references mean the document's components."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        parts: dict[str, Any] = content["schema"].pop("$defs", {})
        return parts
    return {}
