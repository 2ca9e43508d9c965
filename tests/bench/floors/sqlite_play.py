"""The floor of a play on SQLite: one loop over the standard library's sqlite3, one transaction a play.

The rows are those of play.py, as prepared statements with values; the pragmas are the service's (db/session.py).
"""

from __future__ import annotations

import json
import random
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from tests.bench.figures import cpu_seconds, figures
from tests.bench.floors.play import COIN, Player, Prize, World, known_player
from tests.bench.floors.sql import FINGERPRINT, instant, new_id, new_key

PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "busy_timeout = 5000", "foreign_keys = ON")
RULES = """SELECT f.is_enabled, c.id, c.version, s.id, s.version FROM feature_config f
 LEFT JOIN game_configs c ON c.feature_type = f.feature_type AND c.active_slot = 1
 LEFT JOIN seasons s ON s.is_active = 1 AND s.start_date <= ? AND s.end_date >= ?
 WHERE f.feature_type = 'ROULETTE'"""
PLAYER = """SELECT u.is_blocked, u.tokens_valid_from, w.token_type, w.balance, p.current_level, p.current_xp,
 p.total_stamps, p.last_stamp_date, p.internal_wins FROM user_profiles u
 LEFT JOIN wallets w ON w.user_id = u.id LEFT JOIN season_progress p ON p.user_id = u.id AND p.season_id = ?
 WHERE u.id = ?"""
NEWEST_PLAY = """SELECT play_no, play_date, day_no, memory FROM game_plays
 WHERE user_id = ? AND feature_type = 'ROULETTE' ORDER BY play_no DESC LIMIT 1"""


def _insert(table: str, columns: str) -> str:
    return f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(columns.split(',')))})"


PLAY = _insert(
    "game_plays",
    "id, user_id, feature_type, config_id, play_no, play_date, day_no, rolls, prize, memory, is_win, token_type, cost,"
    " request_id, created_at",
)
LEDGER = _insert("wallet_ledger", "user_id, token_type, delta, balance_after, reason, operation_id, created_at")
WALLET = f"{_insert('wallets', 'user_id, token_type, balance')} ON CONFLICT DO UPDATE SET balance = excluded.balance"
REWARD = _insert(
    "reward_log",
    "user_id, operation_id, source, reward_type, token_type, code, amount, state, attempts,"
    " ledger_reason, created_at, updated_at",
)
WINS = "UPDATE season_progress SET internal_wins = ? WHERE user_id = ? AND season_id = ?"
EVENT = _insert("user_event_log", "user_id, event_type, feature_type, reference, facts, request_id, created_at")
OUTBOX = _insert("outbox", "id, topic, user_id, payload, attempts, next_at, created_at")
ANSWER = _insert("idempotency_keys", "actor, operation, idempotency_key, fingerprint, status, body, created_at")

Run = Callable[[str, tuple[Any, ...]], Any]


def open_database(file: str) -> sqlite3.Connection:
    database = sqlite3.connect(file, isolation_level=None)
    for pragma in PRAGMAS:
        database.execute(f"PRAGMA {pragma}")
    return database


def play(run: Run, me: Player, prize: Prize, world: World) -> None:
    """One play of one player, begun and committed."""
    now, play_id, request, user = instant()[1:-1], new_id(), new_key(), me.user
    cause = f"PLAY:{play_id}"
    run("BEGIN IMMEDIATE", ())
    run(RULES, (world.today, world.today)).fetchall()
    run(PLAYER, (world.season_id, user)).fetchall()
    run(NEWEST_PLAY, (user,)).fetchall()
    me.play_no, me.day_no, me.balances[COIN] = me.play_no + 1, me.day_no + 1, me.balances[COIN] - 1
    coins, is_win, segment = me.balances[COIN], prize.token is not None, f'{{"segment":{prize.segment}}}'
    numbers = (world.config_id, me.play_no, world.today, me.day_no, f"[{random.randrange(10_000)}]")
    run(PLAY, (play_id, user, "ROULETTE", *numbers, segment, None, is_win, COIN, 1, request, now))
    run(LEDGER, (user, COIN, -1, coins, "PLAY_COST", cause, now))
    facts = f'{{"is_win":{json.dumps(is_win)},{prize.reward}}}'
    run(EVENT, (user, "PLAY", "ROULETTE", cause, f'{{"config_id":{world.config_id}}}', request, now))
    run(EVENT, (user, "RESULT", "ROULETTE", cause, facts, request, now))
    if is_win:
        _win(run, me, prize, world, (cause, request, now))
    for token in {COIN, prize.token or COIN}:
        run(WALLET, (user, token, me.balances[token]))
    answer = (
        f'{{"result":"OK","play_id":"{play_id}",{segment[1:-1]},"reward":{{{prize.reward}}},'
        f'"token_type":"{COIN}","token_balance":{coins},"season_pass":null}}'
    )
    run(ANSWER, (f"player:{user}", "PLAY", new_key(), FINGERPRINT, 200, answer, now))
    run("COMMIT", ())


def _win(run: Run, me: Player, prize: Prize, world: World, at: tuple[str, str, str]) -> None:
    """What a winning play writes besides; moves the balance."""
    (cause, request, now), user, token = at, me.user, str(prize.token)
    me.wins += 1
    me.balances[token] = me.balances.get(token, 0) + prize.amount
    run(LEDGER, (user, token, prize.amount, me.balances[token], "PLAY_REWARD", cause, now))
    named = token if prize.kind == "TOKEN" else None
    run(REWARD, (user, cause, "ROULETTE", prize.kind, named, None, prize.amount, "GRANTED", 1, "PLAY_REWARD", now, now))
    run(WINS, (me.wins, user, world.season_id))
    facts = f'{{"source":"ROULETTE",{prize.reward},"state":"GRANTED"}}'
    run(EVENT, (user, "REWARD_GRANTED", None, cause, facts, request, now))
    payload = f'{{"operation_id":"{cause}",{prize.reward},"state":"GRANTED"}}'
    run(OUTBOX, (new_id(), "reward.granted", user, payload, 0, now, now))


def latencies(database: sqlite3.Connection, world: World, users: list[int], seconds: float) -> Iterator[float]:
    """Plays player after player until the time is up; yields what each play took."""
    players = [known_player(lambda sql: database.execute(sql).fetchall(), world, user) for user in users]
    clock, run = time.perf_counter, database.execute
    until = clock() + seconds
    while True:
        for me in players:
            started = clock()
            play(run, me, random.choices(world.prizes, world.weights)[0], world)
            now = clock()
            if now > until:
                return
            yield now - started


def main() -> None:
    """Reads a plan (JSON) from stdin and prints the figures (JSON)."""
    plan = json.load(sys.stdin)
    used = cpu_seconds()
    taken = list(latencies(open_database(plan["file"]), World.of(plan["world"]), plan["users"], plan["seconds"]))
    print(json.dumps(figures(taken, plan["seconds"], cpu_seconds() - used)))


if __name__ == "__main__":
    main()
