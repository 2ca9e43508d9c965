"""Coupon pools as operators fill them."""

from pydantic import Field

from app.domain.config_fields import Code, Label
from app.schemas.admin.common import AdminBody, Instant
from app.schemas.common import Shape, Timed


class PoolNew(AdminBody):
    """A pool; `code` is what COUPON rewards name."""

    code: Code = Field(examples=["COFFEE"])
    name: Label


class PoolName(AdminBody):
    """Another name."""

    name: Label


class CodesUpload(AdminBody):
    """Codes as CSV: a header `code` or `code,expires_at`, one code a line."""

    csv: str = Field(max_length=1_000_000, examples=["code,expires_at\nAAA-111,2026-01-31\nAAA-112,\n"])


class CodesMake(AdminBody):
    """How many random codes to make, and what they begin with."""

    count: int = Field(ge=1, le=10_000)
    prefix: str = Field(default="", pattern=r"^[A-Z0-9-]{0,20}$")


class PoolRow(Shape):
    """A pool and its codes: all, given to players, and still free (expired ones are neither)."""

    id: int
    code: str
    name: str
    total: int
    given: int
    free: int
    version: int
    created_at: Instant
    updated_at: Instant
    updated_by: str


class PoolList(Timed):
    """Every pool, newest first."""

    items: list[PoolRow]


class CodesAdded(Shape):
    """What became of the codes."""

    added: int
    known_before: int
    pool: PoolRow


class CodeRow(Shape):
    """One code of a pool, and whose it is."""

    id: int
    code: str
    expires_at: Instant | None
    user_id: int | None
    operation_id: str | None
    assigned_at: Instant | None
    voided_at: Instant | None
    created_at: Instant
