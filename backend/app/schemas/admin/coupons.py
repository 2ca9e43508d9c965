"""Coupon pools as operators fill them."""

from typing import Literal

from pydantic import Field

from app.domain.config_fields import Code, Label
from app.schemas.admin.common import AdminBody, Instant
from app.schemas.common import Shape, Timed


class PoolNew(AdminBody):
    """A pool; `code` is what COUPON rewards name."""

    code: Code = Field(examples=["COFFEE"])
    name: Label = Field(description="What players read, in Korean or in every language.", examples=["아메리카노 쿠폰"])
    name_en: Label | None = Field(default=None, description="The same in English.", examples=["Americano"])


class PoolName(AdminBody):
    """Other names."""

    name: Label
    name_en: Label | None = None


class CodesUpload(AdminBody):
    """Codes as CSV: a header `code` or `code,expires_at`, one code a line. A larger file goes as a form."""

    csv: str = Field(max_length=1_000_000, examples=["code,expires_at\nAAA-111,2026-01-31\nAAA-112,\n"])


class CodesMake(AdminBody):
    """How many random codes to make, and what they begin with."""

    count: int = Field(ge=1, le=10_000)
    prefix: str = Field(default="", pattern=r"^[A-Z0-9-]{0,20}$")


class PoolRow(Shape):
    """A pool and its codes: all, given to players, still free, and voided ungiven (expired ones are none of these)."""

    id: int
    code: str
    name: str
    name_en: str | None
    total: int
    given: int
    free: int
    voided: int
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
    batch_id: int | None = Field(description="What `void` takes; null when nothing was added.")
    pool: PoolRow


class BatchRow(Shape):
    """Codes that came in together. `given` went to players, `not_given` is what voiding would take out."""

    id: int
    source: Literal["UPLOAD", "MADE", "BEFORE"] = Field(description="BEFORE: added before batches were kept.")
    file_name: str | None
    codes: int
    given: int
    not_given: int
    created_at: Instant
    created_by: str
    voided_at: Instant | None
    voided_by: str | None


class BatchVoided(Shape):
    """How many codes of the batch were voided, and how many players had already got: those stay theirs."""

    batch_id: int
    voided: int
    given: int
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
    batch_id: int | None
    created_at: Instant
