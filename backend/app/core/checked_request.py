"""One request to an address that was checked: never to the name, which a second look-up may lead elsewhere."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import httpx

DEFAULT_PORTS = {"https": 443, "http": 80}


def place_of(url: str) -> tuple[str, int]:
    """Host name and port of an address."""
    parts = urlsplit(url)
    return str(parts.hostname), parts.port or DEFAULT_PORTS[parts.scheme]


@asynccontextmanager
async def checked_request(
    method: str,
    url: str,
    *,
    address: str,
    tls: Any,
    timeout_seconds: float,
    headers: dict[str, str],
    body: bytes | None = None,
) -> AsyncIterator["httpx.Response"]:
    """The answer, of which nothing is read yet. The certificate must be of the name; a redirect is an answer.

    A client for this one request: a kept connection could be used for another name at the same address. A proxy of the
    environment would look the name up again, so none is asked.
    """
    import httpx  # noqa: PLC0415 – 0.1 s of every start, for those who call somebody

    host, port = place_of(url)
    async with (
        httpx.AsyncClient(verify=tls, follow_redirects=False, trust_env=False, timeout=timeout_seconds) as client,
        client.stream(
            method,
            httpx.URL(url).copy_with(host=address, port=port),
            content=body,
            headers={**headers, "host": urlsplit(url).netloc},
            extensions={"sni_hostname": host},
        ) as response,
    ):
        yield response
