"""Values as SQL literals, for inserts of many rows on MySQL and MariaDB.

The driver escapes value by value through three calls each: a sixth of the CPU of a play (ADR 13). The rules are the
driver's own, for our sessions' sql_mode (no NO_BACKSLASH_ESCAPES) and character set (utf8mb4); whatever is not plain
text, a word of ours, a whole number or null is left to the driver.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any

from pymysql.converters import conversions, escape_item

# below the server's smallest default max_allowed_packet (16 MB), with room for one row's largest document
MAX_CHARACTERS = 1_000_000


def literal(value: Any) -> str:
    """The value as it stands in a statement, whatever it holds."""
    kind = type(value)
    if kind is str:
        return f"'{_escaped(value)}'"
    if kind is int:
        return str(value)
    if value is None:
        return "NULL"
    if isinstance(value, StrEnum):
        return f"'{_escaped(value.value)}'"
    return str(escape_item(value, "utf8mb4", conversions))


def _escaped(text: str) -> str:
    """Between single quotes only these end or change a text; most texts hold none of them, which is quick to see."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if "'" in text:
        text = text.replace("'", "\\'")
    return text


def row_lists(rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    """`(1, 'a'), (2, 'b')`: the rows in as many lists as keep a statement below MAX_CHARACTERS."""
    waiting: list[str] = []
    size = 0
    for row in rows:
        text = f"({','.join(map(literal, row))})"
        if waiting and size + len(text) > MAX_CHARACTERS:
            yield ",".join(waiting)
            waiting, size = [], 0
        waiting.append(text)
        size += len(text)
    if waiting:
        yield ",".join(waiting)
