"""What every operator's route needs: who may, how a page is asked for, what the contract says of a write."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Depends, Path, Query
from pydantic import BaseModel

from app.core.auth import ADMIN, OPS, SUPPORT, Principal
from app.domain.config_fields import Code
from app.routes.deps import require_staff
from app.routes.openapi import body_of, keyed

# every operator reads; only admins write; ops may stop and resume features
READERS: Sequence[Any] = [Depends(require_staff(ADMIN, OPS, SUPPORT))]
Switcher = Annotated[Principal, Depends(require_staff(ADMIN, OPS))]
Helper = Annotated[Principal, Depends(require_staff(ADMIN, SUPPORT))]  # makes good what went wrong for one player
Admin = Annotated[Principal, Depends(require_staff(ADMIN))]

Limit = Annotated[int, Query(ge=1, le=100)]
After = Annotated[int | None, Query(ge=1, le=2**63 - 1, description="`next` of the page before")]
Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
Version = Annotated[int | None, Query(ge=1, le=2**63 - 1, description="the id of a version")]
TokenType = Annotated[Code | None, Query()]

IF_MATCH: dict[str, Any] = {
    "name": "If-Match",
    "in": "header",
    "schema": {"type": "string", "pattern": r'^("[0-9]{1,9}"|\*)$', "examples": ['"3"', "*"]},
    "description": "The ETag that the change is based on; `*` changes whatever stands (emergencies).",
}
READ = keyed({}, required=None)


def write(model: type[BaseModel], *, if_match: bool | None = None, is_keyed: bool = False) -> dict[str, Any]:
    """How the contract describes a write: its body, the bearer, and the headers it takes.

    `if_match`: whether the header is required; None: the route takes none.
    """
    described = keyed(body_of(model), required=True if is_keyed else None)
    described["requestBody"]["required"] = True
    if if_match is not None:
        described["parameters"] = [*described.get("parameters", []), IF_MATCH | {"required": if_match}]
    return described
