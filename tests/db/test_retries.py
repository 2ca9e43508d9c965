"""A fault at any statement: all or nothing, tried again as often as it may be, and nothing left open."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest

from app.core.errors import AppError
from app.db.failures import RETRY_CODES
from app.db.session import DEAD_CONNECTION_CODES
from app.db.statements import Statement
from app.db.transaction import MAX_TRIES, Database
from tests.db.conftest import open_database
from tests.db.databases import ask
from tests.db.faults import COUNT, STEPS, Saboteur, Story, is_clean, marks, server_error

CONTENTION = sorted(RETRY_CODES)
DEAD = [2013, 1180]  # the connection was lost; the group refused the commit
STATEMENTS = range(STEPS)
CONNECTION_ID = Statement("SELECT CONNECTION_ID()")


@pytest.fixture
def saboteur(on_server: Database) -> Iterator[Saboteur]:
    at_work = Saboteur(on_server.write_engine)
    yield at_work
    at_work.stop()


async def code_of(database: Database, story: Any, **options: bool) -> str:
    with pytest.raises(AppError) as refusal:
        await database.transaction(story, **options)
    assert refusal.value.facts["retry_after_seconds"] == 1
    return refusal.value.code


@pytest.mark.parametrize("index", STATEMENTS)
@pytest.mark.parametrize("code", [*CONTENTION, *DEAD])
async def test_a_fault_at_a_statement_is_tried_again(
    code: int, index: int, on_server: Database, server_url: str, saboteur: Saboteur
) -> None:
    story = Story()
    saboteur.at_statement(index, server_error(code))
    assert await on_server.transaction(story) == "told"
    assert (story.tellings, saboteur.strikes, marks(server_url)) == (2, 1, STEPS)
    saboteur.stop()
    assert await is_clean(on_server, server_url)


@pytest.mark.parametrize("code", [*CONTENTION, *DEAD])
async def test_a_fault_that_stays_leaves_nothing_after_five_tries(
    code: int, on_server: Database, server_url: str, saboteur: Saboteur
) -> None:
    for index in STATEMENTS:
        story = Story()
        saboteur.seen = 0
        saboteur.at_statement(index, server_error(code), always=True)
        assert await code_of(on_server, story) == ("BUSY" if code in CONTENTION else "DATABASE_UNAVAILABLE")
        assert (story.tellings, marks(server_url)) == (MAX_TRIES, 0)
        saboteur.stop()
        assert await is_clean(on_server, server_url)


async def test_any_other_error_is_not_tried_again(on_server: Database, server_url: str, saboteur: Saboteur) -> None:
    story = Story()
    saboteur.at_statement(2, server_error(1064))
    with pytest.raises(Exception, match="injected 1064"):
        await on_server.transaction(story)
    assert (story.tellings, marks(server_url)) == (1, 0)
    saboteur.stop()
    assert await is_clean(on_server, server_url)


@pytest.mark.parametrize("code", [*CONTENTION, *DEAD])
async def test_a_refused_commit_is_tried_again(
    code: int, on_server: Database, server_url: str, saboteur: Saboteur
) -> None:
    story = Story()
    saboteur.at_commit(server_error(code))
    assert await on_server.transaction(story) == "told"
    assert (story.tellings, marks(server_url)) == (2, STEPS)
    saboteur.stop()
    assert await is_clean(on_server, server_url)


@pytest.mark.parametrize("code", [*CONTENTION, *DEAD])
async def test_a_commit_that_may_have_happened_is_not_repeated_when_it_must_not_be(
    code: int, on_server: Database, server_url: str, saboteur: Saboteur
) -> None:
    story = Story()
    saboteur.at_commit(server_error(code), done_first=True)
    await code_of(on_server, story, is_repeatable=False)
    assert (story.tellings, marks(server_url)) == (1, STEPS)
    saboteur.stop()
    assert await is_clean(on_server, server_url)


async def test_a_repeated_commit_meets_its_own_rows_and_is_refused_by_their_keys(
    on_server: Database, server_url: str, saboteur: Saboteur
) -> None:
    """Flows read the stored answer first; this story does not, so its keys are all that stands guard."""
    story = Story()
    saboteur.at_commit(server_error(2013), done_first=True)
    with pytest.raises(Exception, match="1062"):
        await on_server.transaction(story)
    assert (story.tellings, marks(server_url)) == (MAX_TRIES, STEPS)


@pytest.mark.parametrize("code", [1105, 1317, 2013])
async def test_a_rollback_that_fails_takes_its_connection_with_it(
    code: int, on_server: Database, server_url: str, saboteur: Saboteur
) -> None:
    """Without autocommit the next transaction on that connection would commit what this one wrote."""
    saboteur.at_statement(2, server_error(1064))
    saboteur.at_rollback(server_error(code))
    with pytest.raises(Exception, match="injected 1064"):
        await on_server.transaction(Story())
    saboteur.stop()
    assert await is_clean(on_server, server_url)
    assert marks(server_url) == 0


async def test_a_connection_killed_at_any_statement_is_replaced(on_server: Database, server_url: str) -> None:
    """A real loss, not an injected one."""
    for index in STATEMENTS:
        saboteur = Saboteur(on_server.write_engine)
        saboteur.at_statement(index, lambda: kill_others(server_url))
        story = Story()
        assert await on_server.transaction(story) == "told"
        assert (story.tellings, marks(server_url)) == (2, STEPS)
        saboteur.stop()
        ask(server_url, "DELETE FROM marks")
        assert await is_clean(on_server, server_url)


async def test_reads_survive_a_killed_connection(on_server: Database, server_url: str) -> None:
    for _ in range(3):
        await on_server.read(lambda tx: tx.rows(COUNT))
        kill_others(server_url)


async def test_a_locked_commit_on_sqlite_leaves_no_transaction_open(on_sqlite: Database, sqlite_url: str) -> None:
    def locked() -> None:
        raise sqlite3.OperationalError("database is locked")

    saboteur = Saboteur(on_sqlite.write_engine)
    saboteur.at_commit(locked)
    story = Story()
    assert await on_sqlite.transaction(story) == "told"
    assert (story.tellings, marks(sqlite_url)) == (2, STEPS)
    saboteur.stop()
    assert await is_clean(on_sqlite, sqlite_url)


@pytest.mark.parametrize("code", sorted(DEAD_CONNECTION_CODES))
async def test_a_dead_code_drops_its_connection(code: int, server_url: str) -> None:
    database = open_database(server_url, db_write_pool=1)
    saboteur = Saboteur(database.write_engine)
    ids = []

    async def work(tx: Any) -> None:
        ids.append((await tx.rows(CONNECTION_ID))[0][0])

    await database.transaction(work)
    await database.transaction(work)
    saboteur.at_statement(0, server_error(code))
    await database.transaction(work)
    assert ids[0] == ids[1] != ids[2]
    await database.dispose()


def kill_others(url: str) -> None:
    """Every connection of this database but the asking one, as an operator's KILL or a restart would."""
    for (thread,) in ask(url, "SELECT id FROM information_schema.processlist WHERE db = DATABASE()"):
        try:
            ask(url, f"KILL {thread}")
        except Exception as error:
            assert any(code in str(error) for code in ("1094", "1317")), error  # gone already; the asking one
