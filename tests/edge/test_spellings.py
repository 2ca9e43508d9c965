"""Every protected path in every spelling, sent to a real nginx by a stranger: none reaches the service as that path."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence
from http.client import HTTPSConnection
from urllib.parse import unquote

import pytest
from fastapi import FastAPI
from starlette.routing import Mount

from app.config.settings import Settings
from app.main import create_app
from tests.edge.conftest import Door

PROTECTED = re.compile(r"^/(console|api/admin|health/|metrics)")
NOT_FOUND = "/not-found"
# nginx's own sign of life, and the route that takes whatever no other does
OF_ITS_OWN = {"/{path:path}"}


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return create_app(Settings(env="demo", jwt_secret="x" * 40))


def paths(app: FastAPI) -> set[str]:
    """Every path that the service answers, each parameter filled in; a mount by one path below it."""
    found = {route.path + ("/x" if isinstance(route, Mount) else "") for route in app.routes if hasattr(route, "path")}
    return {re.sub(r"\{[^}]+\}", "1", path) for path in found - OF_ITS_OWN}


def spellings(path: str) -> Iterable[str]:
    """Ways to write a path so that a careless reader takes it for the plain one, or for another one."""
    head, _, tail = path[1:].partition("/")
    for end in (
        "%0a",
        "%0d",
        "%00",
        "%09",
        "%7f",
        "%20",
        "%0a/",
        ";",
        ";x=1",
        "/",
        "//",
        "/.",
        "/..",
        ".",
        "..",
        "%2e",
        "%5c",
        "%2f",
        "?",
        "%3f",
        "%23",
    ):
        yield path + end
    for start in (
        "/",
        "/.",
        "/./",
        "/x/..",
        "/%2e",
        "/%2e%2e",
        "/..",
        "/odds/..",
        "/assets/..",
        "/api/entitlements/..",
        "/%5c",
        "/;",
    ):
        yield start + path
    yield path.upper()
    yield path.title()
    yield f"/%{ord(head[0]):x}{path[2:]}"
    yield f"/%25{ord(head[0]):x}{path[2:]}"
    yield path.replace("/", "%2f")
    yield path.replace("/", "//")
    yield "http://x" + path
    if tail:
        for middle in ("//", "/./", "/x/../", "%2f", "/%2e/", "/%2e%2e/" + head + "/", "\\", ";/", "%0a/"):
            yield f"/{head}{middle}{tail}"


def batches(items: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def ask_all(door: Door, address: str, targets: Sequence[str]) -> set[int]:
    """The statuses that a stranger at this address gets for these request targets."""
    connection = HTTPSConnection(
        "127.0.0.1", door.nginx.port, context=door.nginx.trust(), source_address=(address, 0), timeout=20
    )
    statuses = set()
    for target in targets:
        connection.request("GET", target, headers={"Accept": "text/html"})
        answer = connection.getresponse()
        answer.read()
        statuses.add(answer.status)
    connection.close()
    return statuses


async def test_no_spelling_of_a_protected_path_reaches_the_service(app: FastAPI, door: Door) -> None:
    protected = sorted(path for path in paths(app) | {"/metrics"} if PROTECTED.match(path))
    assert len(protected) > 100
    sent = sorted({spelling for path in protected for spelling in (path, *spellings(path))})
    for number, few in enumerate(batches(sent, 150)):  # more of one address would be refused for their number
        assert 429 not in await asyncio.to_thread(ask_all, door, f"127.0.7.{number + 1}", few)
    reached = {seen.path for seen in door.received}
    assert {path for path in reached if path != NOT_FOUND and as_service_reads(path) & set(protected)} == set()
    assert {path for path in reached if PROTECTED.match(tidied(path))} == set()


def as_service_reads(path: str) -> set[str]:
    """The paths whose routes this one could find: decoded, with or without what a pattern's `$` lets through."""
    read = unquote(path.partition("?")[0])
    return {read, read.rstrip("\n")}


def tidied(path: str) -> str:
    """The path without what a further proxy or a rewritten router might take away."""
    read = re.sub(r"[\x00-\x20\x7f;].*", "", unquote(unquote(path.partition("?")[0])).replace("\\", "/"))
    return re.sub(r"/(\./|/)+", "/", read).lower()


async def test_every_other_path_of_the_service_is_handed_on_as_it_is(app: FastAPI, door: Door) -> None:
    open_paths = sorted(path for path in paths(app) if not PROTECTED.match(path))
    for stub in door.stubs:
        stub.go_on.set()
    await asyncio.to_thread(ask_all, door, "127.0.0.5", open_paths)
    missing = set(open_paths) - {seen.path for seen in door.received}
    assert missing == set(), "nginx/server.conf must name what players reach"


async def test_what_no_route_has_is_asked_for_as_not_found_and_without_its_query(door: Door) -> None:
    async with door.nginx.client(local_address="127.0.0.5") as visitor:
        for path in ("/wp-login.php?key=1", "/api", "/Console", "/metrics", "/console.", "/healthz"):
            await visitor.get(path)
    assert {seen.path for seen in door.received} == {NOT_FOUND}


async def test_an_id_of_a_host_may_hold_slashes(door: Door) -> None:
    async with door.nginx.client(local_address="127.0.0.5") as visitor:
        await visitor.get("/api/entitlements/team%2Fkim/L-1")
    assert [seen.path for seen in door.received] == ["/api/entitlements/team%2Fkim/L-1"]
