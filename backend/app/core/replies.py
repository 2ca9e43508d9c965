"""What came of calling somebody outside."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of one try: an HTTP status with the start of its text, or the error that kept it from one."""

    status: int | None
    error: str | None
    duration_ms: int
    answer: str | None = None
    retry_after: str | None = None

    @property
    def is_accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300
