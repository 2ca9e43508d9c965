"""The rights that serving accounts need, and what it means when one holds others. One list: the file of grants."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from app.core.startup import Finding, Level
from app.utils.pagination import first_named

# `GRANT INSERT, UPDATE ON dojang.wallets TO dojang@'%';`, part 2; rights on single columns are not asked about
GRANT_LINE = re.compile(r"^GRANT ([A-Z, ]+) ON dojang\.(\w+) TO (dojang|dojang_identities)@", re.MULTILINE)
# a line of SHOW GRANTS: rights, then what they are on
SHOWN = re.compile(r"^GRANT (.+?) ON (?:`?([^`.]+)`?|\*)\.(?:`?([^`]+?)`?|\*) TO ")
VALUE, IDENTITIES = "dojang", "dojang_identities"
MOST_NAMED = 6

Right = tuple[str, str]  # ("UPDATE", "wallets")


@dataclass(frozen=True, slots=True)
class HeldRights:
    """What an account may do: to rows, table by table as the server answers, and what it was given beyond tables."""

    on_tables: frozenset[Right]
    # "CREATE on everything", "DROP on dojang": as SHOW GRANTS names them
    beyond: tuple[str, ...]


def rights_needed(grants_sql: str, *accounts: str) -> frozenset[Right]:
    """INSERT, UPDATE and DELETE as the file of grants gives them to these accounts."""
    found = GRANT_LINE.findall(grants_sql)
    return frozenset((right, table) for words, table, who in found for right in words.split(", ") if who in accounts)


def beyond_tables(shown: Iterable[str]) -> tuple[str, ...]:
    """Rights on everything or on a whole database, but for those that every serving account has."""
    extra: list[str] = []
    for line in shown:
        match = SHOWN.match(line)
        if match is None or match[3] not in (None, "*"):
            continue  # a role, or rights on one table: the server is asked about each of those
        where = match[2] if match[2] and match[2] != "*" else "everything"
        fine = {"USAGE"} if where == "everything" else {"SELECT", "LOCK TABLES", "REFERENCES", "USAGE"}
        extra += [f"{right} on {where}" for right in match[1].split(", ") if right not in fine]
    return tuple(extra)


def judge_rights(needed: Collection[Right], held: HeldRights, account: str) -> list[Finding]:
    """What is missing would break a request; what is more would let a thief change history or pay himself."""
    missing = sorted(f"{right} on {table}" for right, table in set(needed) - held.on_tables)
    more = sorted(f"{right} on {table}" for right, table in held.on_tables - set(needed))
    return [
        _finding("rights_missing", [*missing], f"{account} lacks {{}}: run part 2 of docker/mysql-grants.sql"),
        _finding("rights_beyond", [*held.beyond, *more], f"{account} may also {{}}: mysql-grants.sql gives less"),
    ]


def _finding(name: str, rights: list[str], sentence: str) -> Finding:
    if not rights:
        return Finding(name, Level.OK, "none")
    return Finding(name, Level.WARN, sentence.format(first_named(rights, MOST_NAMED)))
