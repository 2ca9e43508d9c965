"""What nginx lets through, to whom, and what it says for itself. Behind it stand stubs."""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.edge.conftest import Door
from tests.edge.front import SOURCE

SPOOFED = {
    "X-Forwarded-For": "10.6.6.6",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Prefix": "/evil",
    "X-Real-IP": "10.6.6.6",
    "Forwarded": "for=10.6.6.6;proto=http",
    "X-Request-ID": "chosen-by-the-client",
    "Proxy": "http://evil.example",
    "TE": "trailers",
}


async def raw(door: Door, request: bytes, *, come_from: str = "127.0.0.1") -> bytes:
    """Everything that is answered to these very bytes, until nginx hangs up or is silent for long."""
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", door.nginx.port, ssl=door.nginx.trust(), local_addr=(come_from, 0)
    )
    writer.write(request)
    answer = b""
    with contextlib.suppress(TimeoutError):
        while part := await asyncio.wait_for(reader.read(65536), 5):
            answer += part
    writer.close()
    return answer


def code(response: httpx.Response) -> tuple[int, str]:
    assert response.headers["content-type"].startswith("application/problem+json"), response.text
    assert response.headers["x-request-id"] == response.json()["request_id"]
    assert "max-age" in response.headers["strict-transport-security"]
    return response.status_code, response.json()["error"]["code"]


async def test_what_a_client_says_of_itself_is_replaced(door: Door) -> None:
    async with door.nginx.client() as client:
        await client.get("/api/x", headers=SPOOFED)
    (seen,) = door.received
    assert (seen.headers["x-forwarded-for"], seen.headers["x-real-ip"]) == ("127.0.0.1", "127.0.0.1")
    assert seen.headers["x-forwarded-proto"] == "https"
    assert re.fullmatch("[0-9a-f]{32}", seen.headers["x-request-id"])
    assert seen.headers["host"] == f"127.0.0.1:{door.nginx.port}"
    assert not {"x-forwarded-host", "x-forwarded-prefix", "forwarded", "proxy", "te"} & set(seen.headers)


@pytest.mark.parametrize(
    "smuggled",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG",
        b"Content-Length: 0\r\nContent-Length: 30\r\n\r\n",
        b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"Content-Length : 30\r\n\r\n",
        b"Content-Length: +30\r\n\r\n",
    ],
    ids=["both lengths", "two lengths", "two codings", "unknown coding", "space before colon", "signed length"],
)
async def test_a_request_that_ends_in_two_places_is_refused(door: Door, smuggled: bytes) -> None:
    hidden = b"POST /api/hidden HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
    answer = await raw(door, b"POST /api/x HTTP/1.1\r\nHost: x\r\n" + smuggled + hidden)
    assert re.match(rb"HTTP/1.1 (400|501) ", answer), answer[:200]
    assert door.received == []


async def test_a_chunked_body_arrives_whole_and_with_one_length(door: Door) -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b'{"a":'
        yield b" 1}"

    async with door.nginx.client() as client:
        await client.post("/api/x", content=parts())
    (seen,) = door.received
    assert seen.body == b'{"a": 1}'
    assert "transfer-encoding" not in seen.headers


@pytest.mark.parametrize(
    ("path", "limit"), [("/api/x", 64 * 1024), ("/api/events", 2 * 1024 * 1024), ("/api/players", 2 * 1024 * 1024)]
)
async def test_a_body_is_taken_up_to_its_limit_and_not_a_byte_further(door: Door, path: str, limit: int) -> None:
    async with door.nginx.client() as client:
        fits = await client.post(path, content=b"x" * limit)
        over = await client.post(path, content=b"x" * (limit + 1))
    assert fits.status_code == 200
    assert code(over) == (413, "BODY_TOO_LARGE")
    assert [len(seen.body) for seen in door.received] == [limit]


async def test_operators_doors_open_only_to_their_addresses(door: Door) -> None:
    paths = ("/console", "/console/", "/console/features/ROULETTE", "/api/admin/features", "/health/ready")
    async with door.nginx.client() as operator, door.nginx.client(local_address="127.0.0.2") as stranger:
        for path in (*paths, "/console/enter?key=k", "/console/sign-in"):
            assert (await operator.get(path)).status_code == 200, path
            assert (await stranger.get(path)).status_code == 403, path
        assert code(await stranger.get("/api/admin/features")) == (403, "SCOPE_REQUIRED")
        assert (await operator.get("/api/%61dmin/x")).status_code == 200
        assert (await stranger.get("/api/%61dmin/x")).status_code == 403


async def test_nothing_is_served_in_clear(door: Door) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{door.nginx.plain_port}") as client:
        for host in ("127.0.0.1", "evil.example"):
            page = await client.get("/odds?x=1", headers={"Host": host})
            assert (page.status_code, page.headers["location"]) == (308, "https://localhost/odds?x=1"), "site.conf"
        assert code(await client.get("/api/me")) == (403, "SCOPE_REQUIRED")
        assert (await client.get("/health")).text == "ok\n"
    assert door.received == []


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize(
    ("version", "speaks"), [(ssl.TLSVersion.TLSv1_1, None), (ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (None, "TLSv1.3")]
)
async def test_tls_is_1_2_or_1_3(door: Door, version: ssl.TLSVersion | None, speaks: str | None) -> None:
    context = door.nginx.trust()
    context.set_alpn_protocols(["h2", "http/1.1"])
    if version is not None:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.maximum_version = version
    if speaks is None:
        with pytest.raises(ssl.SSLError, match=r"(?i)protocol.version"):
            await asyncio.open_connection("127.0.0.1", door.nginx.port, ssl=context)
        return
    _, writer = await asyncio.open_connection("127.0.0.1", door.nginx.port, ssl=context)
    tls = writer.get_extra_info("ssl_object")
    assert (tls.version(), tls.selected_alpn_protocol()) == (speaks, "h2")
    writer.close()


async def test_every_answer_has_hsts_once(door: Door) -> None:
    async with door.nginx.client() as client:
        for path in ("/", "/api/x", "/assets/a.css", "/console", "/metrics", "/health"):
            assert len((await client.get(path)).headers.get_list("strict-transport-security")) == 1, path


async def test_one_address_gets_its_share_and_the_next_one_its_own(door: Door) -> None:
    one = b"GET /api/x HTTP/1.1\r\nHost: x\r\n"
    answers = await raw(door, (one + b"\r\n") * 799 + one + b"Connection: close\r\n\r\n", come_from="127.0.0.3")
    assert 100 <= answers.count(b"HTTP/1.1 429 ") < 600, "200 at once and 100 a second are let through"
    assert answers.count(b"HTTP/1.1 200 ") + answers.count(b"HTTP/1.1 429 ") == 800
    assert b'"code":"RATE_LIMITED"' in answers
    assert b"\r\nRetry-After: 1\r\n" in answers
    async with door.nginx.client(local_address="127.0.0.4") as modest:
        assert (await modest.get("/api/x")).status_code == 200


async def test_passwords_are_guessed_slowly(door: Door) -> None:
    one = b"POST /console/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n"
    answers = await raw(door, (one + b"\r\n") * 29 + one + b"Connection: close\r\n\r\n")
    assert answers.count(b"HTTP/1.1 ") == 30
    assert answers.count(b"HTTP/1.1 429 ") >= 10, "ten at once and one a second are let through"


async def test_a_one_time_key_is_in_no_log(door: Door) -> None:
    async with door.nginx.client() as client:
        await client.get("/console/enter?key=canary-5d1e")
        await client.get("/api/die?token=canary-5d1e")
    assert any(seen.path.endswith("canary-5d1e") for seen in door.received)
    assert '"uri":"/console/enter"' in door.nginx.log
    assert "canary-5d1e" not in door.nginx.log


async def test_an_event_goes_out_when_it_comes_in(door: Door) -> None:
    async with door.nginx.client() as client, client.stream("GET", "/api/stream") as stream:
        chunks = stream.aiter_text()
        assert await asyncio.wait_for(anext(chunks), 10) == "data: 1\n\n"
        for stub in door.stubs:
            stub.go_on.set()
        assert await asyncio.wait_for(anext(chunks), 10) == "data: 2\n\n"


ASKED = 600  # at 75 a second or more, above 50 a second and 200 at once


async def test_who_signs_in_again_and_again_is_slowed_down_and_the_next_one_is_not(door: Door) -> None:
    async with door.nginx.client(local_address="127.0.0.9") as client:
        answers = await asyncio.gather(*(client.post("/enter", data={"token": "x"}) for _ in range(ASKED)))
    refused = [answer for answer in answers if answer.status_code == 429]
    assert 0 < len(refused) < ASKED, len(refused)
    assert len(door.received) == ASKED - len(refused)
    async with door.nginx.client(local_address="127.0.0.10") as client:
        assert (await client.post("/enter", data={"token": "x"})).status_code == 200
        files = await asyncio.gather(*(client.get("/assets/x.css") for _ in range(60)))
    assert {answer.status_code for answer in files} == {200}, "a page with all its files, several times"


def test_no_location_hands_on_without_a_limit_of_requests_and_connections() -> None:
    handed_on = {}
    text = (SOURCE / "server.conf").read_text()
    for name, body in re.findall(r"^    location ([^{]+?) \{\n(.*?)^    \}", text, re.MULTILINE | re.DOTALL):
        whole = body + "".join(
            (SOURCE / file).read_text() for file in re.findall(r"include ((?:pages|api)\.conf)", body)
        )
        if "proxy.conf" in whole:
            handed_on[name] = {word for word in ("limit_req ", "limit_conn ") if word in whole}
    assert len(handed_on) >= 14
    assert re.search(r"location ~ \^/\(\?:enter\(\?:/change\)\?\|sign-out\)\$ \{[^}]*limit_req zone=doors", text)
    assert {name: found for name, found in handed_on.items() if len(found) < 2} == {}
