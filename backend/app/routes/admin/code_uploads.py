"""Codes as an operator's program sends them: a text inside JSON, or a form with a file of any size that is allowed."""

from dataclasses import dataclass

from fastapi import Request
from pydantic_core import to_json

from app.domain.code_files import NewCode, Style, meaning_of, read_codes
from app.routes.bodies import parse_body
from app.routes.deps import container_of
from app.schemas.admin.coupons import CodesUpload
from app.schemas.uploads import is_form, read_upload, rows_of


@dataclass(frozen=True, slots=True)
class CodesFile:
    """The codes, why they are uploaded, what the request means beside its key, and what the file is called."""

    codes: list[NewCode]
    reason: str
    meaning: bytes
    name: str | None


async def codes_of(request: Request, style: Style) -> CodesFile:
    """Reads the request's codes, after its door has looked who asks. Raises VALIDATION_ERROR naming each line."""
    if is_form(request):
        upload = await read_upload(request, max_bytes=container_of(request).settings.max_upload_bytes)
        reason, codes = upload.reason, await upload.read(lambda lines: read_codes(lines, style))
        return CodesFile(codes, reason, to_json({"codes": meaning_of(codes), "reason": reason}), upload.file_name)
    raw = await request.body()
    body = parse_body(CodesUpload, raw)
    return CodesFile(read_codes(rows_of(body.csv), style), body.reason, raw, None)
