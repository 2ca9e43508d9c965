"""What nginx does when the process behind it is gone: a GET is asked again, a POST never; people see a page."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from app.config.settings import Settings
from app.core.errors import ERRORS
from app.schemas.status import STATUS
from tests.architecture.house import ROOT
from tests.edge.conftest import Door
from tests.edge.front import SOURCE, Nginx, directive
from tests.edge.stub import Stub
from tests.edge.test_door import code
from tests.fixtures import settings_for

TOKENS = ROOT / "backend" / "app" / "pages" / "static" / "design" / "tokens.css"


@asynccontextmanager
async def fresh_door(nginx_is_here: None) -> AsyncIterator[Door]:
    """For the tests that end a stub: nginx remembers who failed."""
    stubs = (Stub(), Stub())
    ports = [await stub.start() for stub in stubs]
    with Nginx(*ports) as nginx:
        yield Door(nginx, stubs)
    for stub in stubs:
        await stub.stop()


@pytest.mark.parametrize(("method", "sent"), [("POST", 1), ("PATCH", 1), ("GET", 2)])
async def test_a_request_that_was_sent_is_sent_again_only_if_it_changes_nothing(
    door: Door, method: str, sent: int
) -> None:
    async with door.nginx.client() as client:
        answer = await client.request(method, "/api/die", json={})
    assert len(door.received) == sent
    assert code(answer) == (503, "BUSY")
    assert answer.headers["retry-after"] == "1"


async def test_a_one_time_link_is_sent_once(door: Door) -> None:
    async with door.nginx.client() as client:
        await client.get("/console/enter?key=k")
    assert len(door.received) == 1


async def test_what_was_not_sent_goes_to_the_other_process(nginx_is_here: None) -> None:
    async with fresh_door(nginx_is_here) as door, door.nginx.client() as client:
        await door.stubs[0].stop()
        statuses = [(await client.post("/api/x")).status_code for _ in range(6)]
        assert statuses == [200] * 6
        assert (len(door.stubs[0].received), len(door.stubs[1].received)) == (0, 6)


async def test_with_nobody_there_programs_get_a_code_people_a_page_and_files_are_still_served(
    nginx_is_here: None,
) -> None:
    async with fresh_door(nginx_is_here) as door, door.nginx.client() as client:
        first = await client.get("/assets/player.1.css", headers={"Accept-Encoding": "gzip"})
        assert first.headers["content-encoding"] == "gzip"
        for stub in door.stubs:
            await stub.stop()
        assert (await client.get("/assets/player.1.css")).content == first.content
        assert code(await client.get("/api/me")) == (503, "BUSY")
        page = await client.get("/odds")
        assert (page.status_code, page.headers["retry-after"]) == (503, "30")
        assert page.text == (SOURCE / "maintenance" / "maintenance.html").read_text()
        assert "style-src" in page.headers["content-security-policy"]
        assert (await client.get("/maintenance.html")).status_code == 404, "not an address of its own"


async def test_planned_maintenance_closes_the_door_for_players_and_not_for_operators(door: Door) -> None:
    flag = door.nginx.folder / "maintenance.on"
    flag.touch()
    try:
        async with door.nginx.client() as client:
            assert (await client.get("/")).status_code == 503
            assert code(await client.post("/api/roulette/play")) == (503, "BUSY")
            assert code(await client.post("/api/events")) == (503, "BUSY")
            assert (await client.get("/console")).status_code == 200
            assert (await client.get("/health")).status_code == 200
    finally:
        flag.unlink()


def test_nginx_speaks_in_the_words_of_the_service() -> None:
    words = (SOURCE / "errors.conf").read_text()
    answers = (SOURCE / "problems.conf").read_text()
    spoken = dict(re.findall(r'return (\d+) .*?"code":"(\w+)"', answers))
    assert len(spoken) == 5
    for status, name in spoken.items():
        meaning = ERRORS[name]
        said = re.search(rf"\$say_{name.lower()} \{{\s+ko \"(.*)\";\s+en \"(.*)\";", words)
        assert said is not None
        assert said.groups() == (meaning.ko, meaning.en)
        assert STATUS[meaning.kind] == int(status)
        assert f'"title":"{meaning.en}"' in answers


def test_both_sides_of_the_door_have_the_same_limits() -> None:
    settings = settings_for("sqlite+aiosqlite://")
    assert directive("client_max_body_size") == f"{settings.max_body_bytes // 1024}k"
    own = re.findall(r"client_max_body_size (\w+); # (\w+)", (SOURCE / "server.conf").read_text())
    assert len(own) == 5
    for size, name in own:
        assert size == f"{getattr(settings, name.lower()) // 1024**2}m", name
    assert directive("proxy_read_timeout") == "15s"
    assert Settings.model_fields["db_budget_seconds"].default < 15


def test_nginx_gives_up_a_connection_before_uvicorn_does() -> None:
    serving = (ROOT / "backend" / "app" / "cli" / "serve.py").read_text()
    uvicorn = re.search(r"KEEP_ALIVE_SECONDS = (\d+)", serving)
    assert uvicorn is not None
    assert int(directive("keepalive_timeout", "upstream.conf").removesuffix("s")) < int(uvicorn[1])


def test_the_maintenance_page_has_the_palette_of_the_pages() -> None:
    page = (SOURCE / "maintenance" / "maintenance.html").read_text()
    day, night = (dict(re.findall(r"(--[\w-]+): (#\w+)", block)) for block in re.findall(r":root \{(.*?)\}", page))
    of_pages = re.findall(r":root(?:\[data-theme=\"dark\"\])? \{(.*?)\n\}", TOKENS.read_text(), re.DOTALL)
    assert len(day) == len(night) == 6
    for ours, theirs in zip((day, night), of_pages, strict=False):
        assert ours.items() <= dict(re.findall(r"(--[\w-]+): (#\w+)", theirs)).items()
