"""One short message for the next page: what a form just did, when no script was there to say it.

The cookie is the reader's own and can say anything, so only words and small numbers of the expected form are believed.
"""

import base64
import binascii
import json
import re
from typing import Any

from fastapi import Request, Response

from app.pages.cookies import delete_cookie, read_cookie, set_cookie

COOKIE = "dojang_flash"
SECONDS = 60
WORD = re.compile(r"[A-Z][A-Z0-9_]{0,49}")
MOST_BYTES = 1024
MOST = 1_000_000_000


def set_flash(response: Response, request: Request, kind: str, **numbers: int) -> None:
    """Has the next page say it."""
    text = json.dumps({"kind": kind, **numbers}, separators=(",", ":"))
    set_cookie(request, response, COOKIE, base64.urlsafe_b64encode(text.encode()).decode(), seconds=SECONDS)


def take_flash(request: Request) -> dict[str, Any] | None:
    """What the page before wanted said; None when there is nothing readable. Call `clear_flash` on the answer."""
    raw = read_cookie(request, COOKIE) or ""
    if not raw or len(raw) > MOST_BYTES:
        return None
    try:
        said = json.loads(base64.urlsafe_b64decode(raw))
    except (binascii.Error, ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or not isinstance(said.get("kind"), str) or not WORD.fullmatch(said["kind"]):
        return None
    numbers = {name: value for name, value in said.items() if type(value) is int and 0 <= value <= MOST}
    return {"kind": said["kind"], **numbers}


def clear_flash(request: Request, response: Response) -> None:
    """A message is said once."""
    delete_cookie(request, response, COOKIE)
