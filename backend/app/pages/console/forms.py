"""What the console's forms send: every write says why, and which version it saw."""

from typing import Annotated

from fastapi import Form, Path, Query

from app.schemas.admin.common import Reason as ReasonText

Reason = Annotated[ReasonText, Form()]
Version = Annotated[int, Form(ge=1, le=2**31 - 1)]
# made by the page that shows the form: sending it twice, or reloading, is one act
FormKey = Annotated[str, Form(min_length=36, max_length=36, pattern=r"^[0-9a-f-]{36}$")]
Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
After = Annotated[int | None, Query(ge=1, le=2**63 - 1)]
LINES = 20
