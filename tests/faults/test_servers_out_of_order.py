"""A database that is full, read-only or crowded, and a Redis that is slow, wiped or gone (F13, F14)."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pymysql
import pytest

from app.core.time_utils import FixedClock
from app.db.schema import upgrade_to_head
from tests.db.databases import ask, connect
from tests.faults.book import Book
from tests.faults.crowd import ALWAYS_TEN, PLAY
from tests.faults.proxy import slow_proxy
from tests.fixtures import settings_for
from tests.servers import MariaDb, Redis, find_program
from tests.world import Person, World, key, open_world

REFUSED = (503, "DATABASE_UNAVAILABLE")


@pytest.fixture
async def shop(own_mariadb: MariaDb, clock: FixedClock) -> AsyncIterator[World]:
    """A service whose database user has no special rights: the last connection of a full server is for root."""
    url = own_mariadb.create_database("shop")
    upgrade_to_head(url)
    ask(url, "CREATE USER shop@'%' IDENTIFIED BY 'shop'")
    ask(url, "GRANT ALL ON shop.* TO shop@'%'")
    settings = settings_for(url.replace("root@", "shop:shop@"), db_budget_seconds=2.0)
    async with open_world(settings, clock) as world:
        yield world


async def play(world: World, player: Person, book: Book) -> tuple[int, str]:
    """(status, code or nothing) of one play; what is acknowledged is noted."""
    used = key()
    answer = await world.client.post(PLAY, headers=player.headers | used)
    if answer.is_success:
        book.note(used["Idempotency-Key"], answer.text)
        return 200, ""
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["Retry-After"]) >= 1
    return answer.status_code, answer.json()["error"]["code"]


async def player_of(world: World, book: Book) -> Person:
    await world.configure("roulette", ALWAYS_TEN)
    player = await world.player("kim", ROULETTE_COIN=5_000)
    assert await play(world, player, book) == (200, "")
    return player


async def test_f14_a_read_only_database_is_unavailable_and_welcome_back(
    shop: World, own_mariadb: MariaDb, book: Book
) -> None:
    player = await player_of(shop, book)
    ask(own_mariadb.url, "SET GLOBAL read_only = 1")
    assert await play(shop, player, book) == REFUSED
    assert (await shop.client.get("/api/wallet", headers=player.headers)).is_success, "it can still be read"
    ready = await shop.client.get("/health/ready")
    assert (ready.status_code, ready.json()["db"], ready.json()["migration"]) == (503, "read_only", "ok")
    ask(own_mariadb.url, "SET GLOBAL read_only = 0")
    ready = await shop.client.get("/health/ready")
    assert (ready.status_code, ready.json()["db"]) == (200, "ok")
    assert await play(shop, player, book) == (200, "")
    assert await book.require_kept(shop) == 2


async def test_f14_a_server_without_a_free_connection_is_busy_and_welcome_back(
    shop: World, own_mariadb: MariaDb, book: Book
) -> None:
    player = await player_of(shop, book)
    ask(own_mariadb.url, "SET GLOBAL max_connections = 10")
    with others(own_mariadb, 10):
        ready = await shop.client.get("/health/ready")
        assert (ready.status_code, ready.json()["db"]) == (503, "down")
        status, code = await play(shop, player, book)
        assert (status, code) in {(409, "BUSY"), (503, "BUSY"), REFUSED}
    assert (await shop.client.get("/health/ready")).status_code == 200
    assert await play(shop, player, book) == (200, "")
    assert await book.require_kept(shop) == 2


@contextmanager
def others(server: MariaDb, count: int) -> Iterator[None]:
    """Strangers take every connection; those of the service are ended first."""
    root = server.connect()
    taken = []
    with root.cursor() as cursor:
        cursor.execute("SELECT id FROM information_schema.processlist WHERE user = 'shop'")
        for (thread,) in cursor.fetchall():
            cursor.execute(f"KILL {thread}")
    at = server.url.replace("root@", "shop:shop@") + "/shop"
    for _ in range(50):
        try:
            taken.append(connect(at))
        except pymysql.err.OperationalError:
            if len(taken) >= count - 1:
                break
            time.sleep(0.05)
    yield
    for connection in (*taken, root):
        connection.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 MB: the server's own files take 150."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256m", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("no disk can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.slow
async def test_f14_a_full_disk_refuses_and_heals_when_there_is_room(
    clock: FixedClock, book: Book, small_disk: Path
) -> None:
    server = MariaDb()
    server.folder = small_disk
    with server:
        url = server.create_database("shop")
        upgrade_to_head(url)
        async with open_world(settings_for(url, db_budget_seconds=2.0), clock) as world:
            player = await player_of(world, book)
            fill(small_disk / "filler")
            refused = 0
            for _ in range(2_000):
                status, code = await play(world, player, book)
                refused += status != 200
                assert status == 200 or (status, code) in {REFUSED, (409, "BUSY"), (503, "BUSY")}
                if refused == 3:
                    break
            assert refused == 3
            (small_disk / "filler").unlink()
            assert await heals(world, player, book)
            await book.require_kept(world)


def fill(file: Path) -> None:
    """Takes every byte that is left."""
    with file.open("wb", buffering=0) as out, suppress(OSError):
        while True:
            out.write(b"x" * 4096)


async def heals(world: World, player: Person, book: Book) -> bool:
    for _ in range(50):
        if (await play(world, player, book))[0] == 200:
            return True
        await asyncio.sleep(0.2)
    return False


async def test_f13_value_moves_while_redis_is_slow_wiped_and_gone(
    database_url: str, clock: FixedClock, book: Book
) -> None:
    if find_program("redis-server") is None:
        pytest.skip("no Redis: see the header of this run")
    with Redis() as redis:
        async with slow_proxy(redis.port, seconds=3) as proxy:
            url = f"redis://127.0.0.1:{proxy.port}/0"
            async with open_world(settings_for(database_url, redis_url=url), clock) as world:
                player = await player_of(world, book)
                for disturb in (lambda: None, lambda: wipe(redis), redis.kill9, redis.start):
                    disturb()
                    for _ in range(5):
                        started = time.monotonic()
                        assert await play(world, player, book) == (200, "")
                        assert time.monotonic() - started < 2, "nobody waits for Redis"
                assert await book.require_kept(world) == 21


def wipe(redis: Redis) -> None:
    with socket.create_connection(("127.0.0.1", redis.port)) as connection:
        connection.sendall(b"FLUSHALL\r\n")
        assert connection.recv(5) == b"+OK\r\n"
