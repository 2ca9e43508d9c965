"""Programs as operators see and add them."""

from pydantic import Field

from app.domain.config_fields import Label
from app.domain.season_config import Program
from app.schemas.admin.common import AdminBody, HostCode, Instant
from app.schemas.common import Shape


class ProgramBody(AdminBody):
    """A new program. `host` left out: players of every host may take part. It can't be changed later."""

    code: Program = Field(examples=["lectures"])
    title: Label = Field(examples=["Lecture pass"])
    host: HostCode | None = None


class ProgramView(Shape):
    """A program: at most one of its seasons is active on a day."""

    id: int
    code: str
    title: str
    host: str | None
    created_at: Instant
