"""The floor of host events: the rows that the service wrote for them, by a C client, one multi-row INSERT a table.

No locks, no decisions, no look-ups; tables of the same shape without foreign keys; one transaction a call, whose text
is made before anything is measured.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import pymysql

from tests.bench.figures import cpu_seconds, figures
from tests.bench.floors.crowd import connect, run

# what grows: its newest rows are those of the round. In the order in which the service writes.
ADDED = {
    "wallet_ledger": "id",
    "reward_log": "id",
    "season_xp_ledger": "id",
    "season_claims": "created_at",
    "host_events": "received_at",
    "rule_hits": "event_id",
    "user_event_log": "id",
    "outbox": "created_at",
}
# what changes in place: as many rows a call, written as the service writes them
CHANGED = {"wallets": "balance", "season_progress": "current_xp", "rule_marks": "value"}
EVENTS = 1_000


def texts(db: pymysql.connections.Connection, plan: dict[str, Any]) -> Iterator[str]:
    """One transaction for each call of the round."""
    calls = plan["calls"]
    tables = {table: newest(db, table, order, plan["added"][table]) for table, order in ADDED.items()}
    for call in range(calls):
        parts = ["START TRANSACTION"]
        for table, rows in tables.items():
            mine = rows[call * len(rows) // calls : (call + 1) * len(rows) // calls]
            parts += insert(db, table, mine)
        for table, column in CHANGED.items():
            per_event = 2 if table == "rule_marks" else 1
            offset = call * EVENTS * per_event
            query = f"SELECT * FROM {table} ORDER BY 1 DESC, 2 DESC LIMIT {offset}, {EVENTS * per_event}"
            tail = f" ON DUPLICATE KEY UPDATE {column} = VALUES({column})"
            parts += [text + tail for text in insert(db, table, select(db, query))]
        yield "; ".join([*parts, "COMMIT"])


def newest(db: pymysql.connections.Connection, table: str, order: str, count: int) -> list[tuple[Any, ...]]:
    return select(db, f"SELECT * FROM {table} ORDER BY {order} DESC LIMIT {count}")[::-1]


def select(db: pymysql.connections.Connection, query: str) -> list[tuple[Any, ...]]:
    with db.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def insert(db: pymysql.connections.Connection, table: str, rows: list[tuple[Any, ...]]) -> list[str]:
    if not rows:
        return []
    values = ",".join("(" + ",".join(db.literal(value) for value in row) + ")" for row in rows)
    return [f"INSERT INTO floor_{table} VALUES {values}"]


def main() -> None:
    """Reads a plan (JSON) from stdin and prints the figures (JSON)."""
    plan = json.load(sys.stdin)
    where = {"host": "127.0.0.1", "port": plan["port"], "user": "root", "database": plan["database"]}
    with pymysql.connect(**where, autocommit=True) as db:
        for table in (*ADDED, *CHANGED):
            with db.cursor() as cursor:
                cursor.execute(f"DROP TABLE IF EXISTS floor_{table}")
                cursor.execute(f"CREATE TABLE floor_{table} LIKE {table}")
        calls = [text.encode() for text in texts(db, plan)]
    client, latencies = connect(plan["port"], plan["database"]), []
    used, started = cpu_seconds(), time.perf_counter()
    for call in calls:
        at = time.perf_counter()
        run(client, call)
        latencies.append(time.perf_counter() - at)
    done = figures(latencies, time.perf_counter() - started, cpu_seconds() - used)
    print(json.dumps(done | {"count": len(calls) * EVENTS}))


if __name__ == "__main__":
    main()
