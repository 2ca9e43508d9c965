"""Sends one webhook: to a checked address, without redirects, in bounded time, reading a bounded answer."""

import asyncio
import re
import time
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from app.core.addresses import AddressRefused, checked_address
from app.core.checked_request import checked_request, place_of
from app.core.replies import Reply

if TYPE_CHECKING:
    import httpx

ANSWER_BYTES = 2_048
ANSWER_CHARACTERS = 200
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
CONTENT = {"content-type": "application/json", "user-agent": "Dojang-Webhooks/1", "accept-encoding": "identity"}


class WebhookSender:
    """The way out of this service. `allow_private` is for tests and demos: it opens this machine and its network."""

    def __init__(self, *, allow_private: bool, timeout_seconds: float) -> None:
        self.allow_private, self._timeout_seconds = allow_private, timeout_seconds

    async def send(self, url: str, body: str, headers: dict[str, str]) -> Reply:
        """What came of it; never raises for anything that the receiver or the network does."""
        import httpx  # noqa: PLC0415 – 0.1 s of every start, for those who have endpoints

        started = time.perf_counter()
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await self._post(url, body.encode(), headers, started)
        except TimeoutError:
            error = f"no answer within {self._timeout_seconds:g} s"
        except AddressRefused as refusal:
            error = str(refusal)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as failure:
            error = f"the request failed: {type(failure).__name__}"
        return Reply(None, error, _milliseconds_since(started))

    async def _post(self, url: str, body: bytes, headers: dict[str, str], started: float) -> Reply:
        if urlsplit(url).scheme != "https" and not self.allow_private:
            raise AddressRefused("what is not encrypted is not sent")
        async with checked_request(
            "POST",
            url,
            address=await checked_address(*place_of(url), allow_private=self.allow_private),
            tls=self._tls,
            timeout_seconds=self._timeout_seconds,
            headers=headers | CONTENT,
            body=body,
        ) as response:
            answer = await _start_of(response)
        status = response.status_code
        error = None if response.is_success else f"HTTP {status}" + (", not followed" if response.is_redirect else "")
        return Reply(status, error, _milliseconds_since(started), answer, response.headers.get("retry-after"))

    @cached_property
    def _tls(self) -> Any:
        """Made once: it reads the certificates of all authorities."""
        import httpx  # noqa: PLC0415 – see send

        return httpx.create_ssl_context()


async def _start_of(response: "httpx.Response") -> str | None:
    """The first characters of an answer, for the operator who asks why it was refused."""
    read = bytearray()
    async for chunk in response.aiter_raw():
        read += chunk[: ANSWER_BYTES - len(read)]
        if len(read) >= ANSWER_BYTES:
            break
    text = UNPRINTABLE.sub(" ", read.decode("utf-8", "replace")).strip()
    return text[:ANSWER_CHARACTERS] or None


def _milliseconds_since(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)
