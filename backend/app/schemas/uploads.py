"""Files as forms and programs send them: streamed to a temporary file, never whole in memory, read in a thread."""

import asyncio
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import StringIO
from typing import Any, TypeVar

from fastapi import Request
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import FormData, UploadFile

from app.core.errors import invalid
from app.domain.text_files import FIELD, open_text
from app.schemas.admin.common import Reason

T = TypeVar("T")
REASON: TypeAdapter[str] = TypeAdapter(Reason)
FORM_KEY = re.compile(r"[0-9a-f-]{36}", re.ASCII)
MOST_FIELDS = 20
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """What a form brought: a file, or the text that was typed in its place, and its other fields as they were typed."""

    fields: dict[str, str]
    text: str
    file: UploadFile | None

    @property
    def file_name(self) -> str | None:
        """What the sender calls the file, without signs that nobody sees."""
        name = self.file.filename if self.file is not None else None
        return "".join(sign for sign in name if sign.isprintable())[:LONGEST_NAME] or None if name else None

    @property
    def reason(self) -> str:
        """Why, as every write must say; raises VALIDATION_ERROR."""
        try:
            return REASON.validate_python(self.fields.get("reason", ""))
        except ValidationError as error:
            raise invalid(("reason", error.errors()[0]["msg"])) from None

    @property
    def key(self) -> str:
        """The key that the page made for its form; raises VALIDATION_ERROR."""
        key = self.fields.get("key", "")
        if not FORM_KEY.fullmatch(key):
            raise invalid(("key", "the key of the form is missing: open the page again"))
        return key

    async def read(self, reader: Callable[[Iterable[str]], T]) -> T:
        """What `reader` makes of the lines; raises what it raises, and VALIDATION_ERROR for what is no text.

        In a thread of its own: other requests go on while a large file is read.
        """
        if (self.file is None) == (not self.text.strip()):
            raise invalid((FIELD, "either a file or the text of one"))
        return await asyncio.to_thread(self._read, reader)

    def _read(self, reader: Callable[[Iterable[str]], T]) -> T:
        if self.file is None:
            return reader(StringIO(self.text, newline=""))
        text = open_text(self.file.file)
        try:
            return reader(text)
        finally:
            text.detach()  # the form closes its file


async def read_upload(request: Request, *, max_bytes: int, text_field: str = FIELD) -> Upload:
    """The form of a request. Look who asks first: this takes the body. Raises BODY_TOO_LARGE, and 400 for no form."""
    form: FormData = await request.form(max_files=1, max_fields=MOST_FIELDS, max_part_size=max_bytes)
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    files = [value for value in form.values() if isinstance(value, UploadFile) and (value.filename or value.size)]
    return Upload(fields, fields.pop(text_field, ""), files[0] if files else None)


def is_form(request: Request) -> bool:
    """Whether the body is a form with a file, as browsers and `curl -F` send it."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == "multipart/form-data"


def with_file(described: dict[str, Any], *fields: str) -> dict[str, Any]:
    """A write's description that may come as a form with a `file`, too, and these fields."""
    texts = {name: {"type": "string", "maxLength": 500} for name in ("reason", *fields)}
    schema = {
        "type": "object",
        "required": ["file", "reason"],
        "properties": {"file": {"type": "string", "format": "binary"}, **texts},
    }
    described["requestBody"]["content"]["multipart/form-data"] = {"schema": schema}
    return described


def rows_of(text: str) -> Iterable[str]:
    """The lines of a file that came as a text inside JSON."""
    return StringIO(text, newline="")
