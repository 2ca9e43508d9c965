"""The worker's jobs as operators see them."""

from datetime import date

from pydantic import Field

from app.domain.config_fields import Day
from app.schemas.admin.common import AdminBody, Instant
from app.schemas.common import Shape, Timed


class JobRunBody(AdminBody):
    """For which KST day to run; today when left out."""

    logical_date: Day | None = None


class JobRunRow(Shape):
    """One run. `cursor_id` is how far it came; seen, done and sum are its totals."""

    id: int
    job: str
    subject: str
    slot_no: int
    logical_date: date
    status: str = Field(examples=["DONE"])
    owner: str | None
    fence: int
    cursor_id: int
    seen_count: int
    done_count: int
    done_sum: int
    last_error: str | None
    started_at: Instant
    finished_at: Instant | None


class JobSwitch(Shape):
    """A job that a worker has registered."""

    job: str = Field(examples=["bridge_settlement"])
    promise: str
    schedule: str
    is_standing: bool = Field(description="It goes on all the time and has no runs.")
    is_paused: bool
    version: int
    updated_at: Instant
    updated_by: str


class JobLine(JobSwitch):
    """A job with its newest run."""

    newest_run: JobRunRow | None


class JobList(Timed):
    """Every job, by name."""

    items: list[JobLine]


class JobAsked(Shape):
    """A run that waits for the worker's next tick."""

    job: str
    logical_date: date
    status: str
