"""What the worker did: one row per run of a job, with its lease on the database's own clock; and what is paused."""

from sqlalchemy import BigInteger, Column, Date, Index, Integer, String, Table, UniqueConstraint

from app.db.base import MYSQL_TABLE, BigId, Flag, UtcDateTime, ascii_text, metadata

job_runs = Table(
    "job_runs",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("job", ascii_text(50), nullable=False),
    # what the run is about, such as a campaign's code; empty for most jobs
    Column("subject", ascii_text(50), nullable=False),
    # counts the runs of a schedule without gaps: the day's ordinal, or the number of the interval since 1970
    Column("slot_no", BigInteger, nullable=False),
    Column("logical_date", Date, nullable=False),
    Column("is_daily", Flag, nullable=False),
    Column("status", ascii_text(10), nullable=False),
    Column("owner", ascii_text(100)),
    Column("fence", Integer, nullable=False),
    Column("cursor_id", BigInteger, nullable=False),
    Column("seen_count", BigInteger, nullable=False),
    Column("done_count", BigInteger, nullable=False),
    Column("done_sum", BigInteger, nullable=False),
    Column("last_error", String(500)),
    # of the database's clock: until when the owner counts as alive, and when nobody can be at work any more
    Column("lease_until", UtcDateTime, nullable=False),
    Column("lost_at", UtcDateTime, nullable=False),
    Column("touched_at", UtcDateTime, nullable=False),
    # of the business clock
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    # of the database's clock: when it last came further; null = before this was noted
    Column("moved_at", UtcDateTime),
    # how often it was begun since then; null = never
    Column("tries", Integer),
    UniqueConstraint("job", "subject", "slot_no", name="uq_job_runs_once"),
    Index("ix_job_runs_status", "job", "status", "slot_no"),
    Index("ix_job_runs_touched", "touched_at"),
    **MYSQL_TABLE,
)

job_controls = Table(
    "job_controls",
    metadata,
    Column("job", ascii_text(50), primary_key=True),
    Column("promise", String(200), nullable=False),
    Column("schedule", String(100), nullable=False),
    Column("is_paused", Flag, nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("updated_by", String(200), nullable=False),
    # goes on all the time instead of by runs; null = no
    Column("is_standing", Flag),
    # runs once in each interval of so many minutes; null = by days or by subjects
    Column("interval_minutes", Integer),
    **MYSQL_TABLE,
)
