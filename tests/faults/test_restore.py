"""A dump that is taken under load and restored elsewhere: all that was acknowledged before it is in it (F19)."""

from __future__ import annotations

import asyncio
import subprocess

import pytest

from app.container import open_house
from app.core.time_utils import SystemClock
from app.flows.reconcile import reconcile
from tests.db.databases import ask
from tests.faults.book import Book
from tests.faults.conftest import Served
from tests.faults.crowd import Crowd
from tests.fixtures import settings_for
from tests.servers import find_program


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_f19_a_dump_holds_what_was_acknowledged_and_balances(served: Served, book: Book) -> None:
    program = find_program("mariadb-dump")
    if program is None:
        pytest.skip("mariadb-dump is not here")
    crowd = Crowd(served.world, book)
    await crowd.gather()
    told_before: dict[str, str] = {}
    at = f"--protocol=TCP -h127.0.0.1 -P{served.server.port} -uroot"
    dump = served.server.folder / "dump.sql"

    async def back_up() -> None:
        await crowd.wait_for(200)
        told_before.update(book.told())
        await asyncio.to_thread(run, f"{program} {at} --single-transaction dojang > {dump}")
        await crowd.wait_for(crowd.plays + 50)

    await crowd.play_while(back_up)
    restored = served.server.create_database("restored")
    await asyncio.to_thread(run, f"{find_program('mariadb')} {at} restored < {dump}")
    stored = dict(ask(restored, "SELECT idempotency_key, body FROM idempotency_keys"))
    assert {key: stored.get(key) for key in told_before} == told_before
    house = open_house(settings_for(restored), clock=SystemClock())
    try:
        assert not [check.name for check in await reconcile(house) if check.count]
    finally:
        await house.database.dispose()
    await crowd.require_exactly_once()


def run(command: str) -> None:
    subprocess.run(command, shell=True, check=True)
