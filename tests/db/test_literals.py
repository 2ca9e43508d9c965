"""What is written in many rows is stored as it was given, whatever it holds, and no error repeats it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymysql.converters import conversions, escape_item
from sqlalchemy import BigInteger, Column, Date, Integer, LargeBinary, MetaData, String, Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import IntegrityError as Duplicate

from app.db import literals
from app.db.literals import literal, row_lists
from app.db.statements import Insert, Statement
from app.db.transaction import Database

notes = Table(
    "notes",
    MetaData(),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("text", String(500)),
    Column("number", BigInteger, nullable=False),
    Column("day", Date),
    Column("raw", LargeBinary),
    mysql_charset="utf8mb4",
)
ADD = Insert(notes, ["id", "text", "number", "day", "raw"])
READ = Statement("SELECT id, text, number, day, raw FROM notes ORDER BY id")


class Word(StrEnum):
    QUOTED = "it's"


TEXTS = [
    "",
    "plain",
    "it's",
    "back\\slash",
    "end\\",
    "\\'",
    "'); DROP TABLE notes; -- ",
    "100 % %s %(x)s",
    'a "quoted" word',
    "\x00 \x1a \n \r \t",
    "도장 🐯 \u202e rtl",
    Word.QUOTED,
]


@pytest.fixture
async def with_notes(database: Database) -> AsyncIterator[Database]:
    async with database.write_engine.begin() as connection:
        await connection.run_sync(notes.metadata.create_all)
    yield database


async def _stored(database: Database) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await database.read(lambda tx: tx.rows(READ))]


async def test_every_value_comes_back_as_it_was_given(with_notes: Database) -> None:
    rows = [(i, text, (-1) ** i * 2**62 + i, None, None) for i, text in enumerate(TEXTS)]
    rows.append((100, None, 0, None, bytes(range(256))))
    rows.append((101, "day", True, date(2025, 12, 31), b"'\\"))
    await with_notes.transaction(lambda tx: tx.write(ADD, rows))
    stored = await _stored(with_notes)
    assert [row[:3] for row in stored] == [row[:3] for row in rows]
    assert stored[-1][4] == b"'\\"
    assert stored[-2][4] == bytes(range(256))
    assert str(stored[-1][3]) == "2025-12-31"


async def test_many_rows_need_no_more_than_what_a_statement_may_hold(
    with_notes: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(literals, "MAX_CHARACTERS", 1_000)
    rows = [(i, "x" * 300, i, None, None) for i in range(50)]
    assert len(list(row_lists(rows))) > 10
    assert all(len(text) <= 1_000 for text in row_lists(rows))
    await with_notes.transaction(lambda tx: tx.write(ADD, rows))
    assert [row[0] for row in await _stored(with_notes)] == list(range(50))


async def test_an_error_does_not_repeat_what_was_written(with_notes: Database) -> None:
    secret = "what the player sent"
    await with_notes.transaction(lambda tx: tx.write(ADD, [(1, "a", 1, None, None)]))
    with pytest.raises(Duplicate) as duplicate:
        await with_notes.transaction(lambda tx: tx.write(ADD, [(1, secret, 1, None, None)]))
    assert secret not in str(duplicate.value)
    with pytest.raises(DBAPIError) as refused:
        await with_notes.transaction(lambda tx: tx.write(ADD, [(2, secret, None, None, None)]))
    assert secret not in str(refused.value)


@given(st.text(alphabet=st.sampled_from("a\\'\"%\n\0도"), max_size=30))
def test_a_text_ends_only_where_its_literal_ends(text: str) -> None:
    inside = literal(text)[1:-1]
    position = 0
    while position < len(inside):
        assert inside[position] != "'"
        position += 2 if inside[position] == "\\" else 1
    assert position == len(inside)


@pytest.mark.parametrize("value", [1.5, True, b"a'b", date(2025, 1, 1), datetime(2025, 1, 1, tzinfo=UTC), Word.QUOTED])
def test_what_is_no_plain_value_is_left_to_the_driver(value: Any) -> None:
    assert literal(value) == str(escape_item(value, "utf8mb4", conversions))
