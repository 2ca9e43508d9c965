"""What the console's forms send: every write says why, and which version it saw."""

from datetime import datetime
from typing import Annotated

from fastapi import Form, Path, Query

from app.core.time_utils import in_kst
from app.schemas.admin.common import Reason as ReasonText

Reason = Annotated[ReasonText, Form()]
Version = Annotated[int, Form(ge=1, le=2**31 - 1)]
# made by the page that shows the form: sending it twice, or reloading, is one act
FormKey = Annotated[str, Form(min_length=36, max_length=36, pattern=r"^[0-9a-f-]{36}$")]
Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
After = Annotated[int | None, Query(ge=1, le=2**63 - 1)]
Count = Annotated[int, Form(ge=1, le=10_000)]
Prefix = Annotated[str, Form(pattern=r"^[A-Z0-9-]{0,20}$")]
LINES = 20


def on_the_wall(instant: datetime) -> str:
    """An instant as a browser's date field takes it."""
    return f"{in_kst(instant):%Y-%m-%dT%H:%M}"
