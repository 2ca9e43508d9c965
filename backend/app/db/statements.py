"""Driver SQL, prepared once. One text with `?` marks serves MySQL, MariaDB and SQLite; only upserts differ."""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, TextClause, text

from app.db.literals import row_lists


class Flavour(StrEnum):
    """The servers we speak to, as far as their SQL differs."""

    SQLITE = "sqlite"
    MARIADB = "mariadb"
    MYSQL = "mysql"


class Statement:
    """One statement. `{ids}` and `{keys}` become as many marks as values are given, `{pairs}` and `{triples}` as many

    rows of two and three; locking words vanish on SQLite, where `BEGIN IMMEDIATE` already holds the whole database.

    Say FORCE INDEX with `{pairs}` and `{triples}`: on a table that grew since its statistics were taken MariaDB would
    compare each of its rows with each of the pairs (measured: 2,000 x 2,000 took 5 s, by the index 20 ms).
    """

    def __init__(self, text: str) -> None:
        self._text = " ".join(text.split())

    def text(self, flavour: Flavour, **counts: int) -> str:
        return _finished(self._text, flavour, tuple(counts.items()))


# how many values a row of such marks has: `(source, event_id) IN ({pairs})`, served by the index in one go
ROW_WIDTHS = {"pairs": 2, "triples": 3}
# locks, and hints to an optimizer that SQLite has not
SERVERS_ONLY = re.compile(r" FOR UPDATE| LOCK IN SHARE MODE| FORCE INDEX \(\w+\)")


@lru_cache(maxsize=4096)
def _finished(text: str, flavour: Flavour, counts: tuple[tuple[str, int], ...]) -> str:
    for name, count in counts:
        text = text.replace("{" + name + "}", _marks(flavour, name, count))
    if flavour is Flavour.SQLITE:
        return SERVERS_ONLY.sub("", text)
    return text.replace("?", "%s")


def _marks(flavour: Flavour, name: str, count: int) -> str:
    width = ROW_WIDTHS.get(name)
    if width is None:
        return ", ".join("?" * count)
    rows = ", ".join([f"({', '.join('?' * width)})"] * count)
    return f"VALUES {rows}" if flavour is Flavour.SQLITE else rows


class Insert:
    """A plain INSERT of some columns of a table: a duplicate raises IntegrityError, which is how "new" is known."""

    def __init__(self, table: Table, columns: Sequence[str]) -> None:
        self.columns = tuple(table.c[name].name for name in columns)
        self._head = f"INSERT INTO {table.name} ({', '.join(self.columns)}) VALUES"

    def text(self, flavour: Flavour) -> str:
        """With a mark for each value of one row."""
        mark = "?" if flavour is Flavour.SQLITE else "%s"
        return f"{self._head} ({', '.join([mark] * len(self.columns))}){self._tail(flavour)}"

    def texts(self, flavour: Flavour, rows: Sequence[Sequence[Any]]) -> Iterator[str]:
        """With the values of all rows in it, in as few statements as can be. Not for SQLite, whose literals differ."""
        tail = self._tail(flavour)
        for values in row_lists(rows):
            yield f"{self._head} {values}{tail}"

    def _tail(self, _flavour: Flavour) -> str:
        return ""


class Upsert(Insert):
    """Writes rows whose final values are known because their owner's row is locked. Never a test for "new"."""

    def __init__(self, table: Table, keys: Sequence[str], values: Sequence[str]) -> None:
        super().__init__(table, [*keys, *values])
        self._keys, self._values = tuple(keys), tuple(values)

    def _tail(self, flavour: Flavour) -> str:
        if flavour is Flavour.SQLITE:
            return f" ON CONFLICT ({', '.join(self._keys)}) DO UPDATE SET {self._sets('excluded.{0}')}"
        if flavour is Flavour.MARIADB:
            return f" ON DUPLICATE KEY UPDATE {self._sets('VALUES({0})')}"
        # MySQL deprecates VALUES() in this place: it would answer each call with a warning
        return f" AS fresh ON DUPLICATE KEY UPDATE {self._sets('fresh.{0}')}"

    def _sets(self, form: str) -> str:
        return ", ".join(f"{name} = {form.format(name)}" for name in self._values)


class Accumulate(Insert):
    """Adds to what stands, or begins with it: exact without a read, because the owner's row is locked.

    `adds` are summed up; of `latest` the greater value stands.
    """

    def __init__(self, table: Table, keys: Sequence[str], *, adds: Sequence[str], latest: Sequence[str]) -> None:
        super().__init__(table, [*keys, *adds, *latest])
        self._keys, self._adds, self._latest, self._table = tuple(keys), tuple(adds), tuple(latest), table.name

    def _tail(self, flavour: Flavour) -> str:
        if flavour is Flavour.SQLITE:
            return f" ON CONFLICT ({', '.join(self._keys)}) DO UPDATE SET {self._sets('excluded.{0}', 'MAX')}"
        if flavour is Flavour.MARIADB:
            return f" ON DUPLICATE KEY UPDATE {self._sets('VALUES({0})', 'GREATEST')}"
        return f" AS fresh ON DUPLICATE KEY UPDATE {self._sets('fresh.{0}', 'GREATEST')}"

    def _sets(self, form: str, greater: str) -> str:
        own = self._table
        sums = [f"{name} = {own}.{name} + {form.format(name)}" for name in self._adds]
        return ", ".join([*sums, *(f"{n} = {greater}({own}.{n}, {form.format(n)})" for n in self._latest)])


def database_time(flavour: Flavour, seconds: int = 0) -> TextClause:
    """The database's own clock, `seconds` from now: leases live on it. SQLite's has milliseconds."""
    if flavour is Flavour.SQLITE:
        return text(f"(strftime('%Y-%m-%d %H:%M:%f', 'now', '{seconds:+d} seconds') || '000')")
    return text(f"(NOW(6) + INTERVAL {seconds:d} SECOND)")
