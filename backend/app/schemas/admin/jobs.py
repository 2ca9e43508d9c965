"""The worker's jobs as operators see them."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from app.domain.config_fields import Day
from app.schemas.admin.common import AdminBody, Instant
from app.schemas.common import Shape, Timed

SubjectText = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_:-]{0,49}$")]


class JobRunBody(AdminBody):
    """For which KST day to run (today when left out), or for which subject: one of the job's `subjects`."""

    logical_date: Day | None = Field(default=None, description="Not after today; none for a job with subjects.")
    subject: SubjectText | None = Field(
        default=None, description="What the run is about, of a job that has subjects.", examples=["WEEKLY:2026-W01"]
    )


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
    tries: int | None = Field(description="How often it was begun since it last came further.")
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
    must_run: bool = Field(description="It watches over the service: it is never paused.")
    version: int
    updated_at: Instant
    updated_by: str


class JobSubject(Shape):
    """What a run of a job can be about now."""

    subject: str = Field(examples=["WEEKLY:2026-W01"])
    name: str
    due_at: Instant


class JobLine(JobSwitch):
    """A job with its newest run. `subjects`: those that can be run now; null for a job that runs by days."""

    interval_minutes: int | None
    newest_run: JobRunRow | None
    subjects: list[JobSubject] | None


class JobList(Timed):
    """Every job, by name."""

    items: list[JobLine]


class JobAsked(Shape):
    """A run that waits for the worker's next tick."""

    job: str
    subject: str
    logical_date: date
    status: str
