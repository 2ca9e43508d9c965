"""A long past, written in bulk: plays with everything that a play writes, spread evenly over all bench players."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.engine import Connection

from tests.bench import seed
from tests.bench.stage import Place, Stage

# 7 of 10 plays win. A losing one writes a play, an entry, two events and an answer; a win an entry, a reward, an event
# and an announcement more.
ROWS_OF_TEN_PLAYS = 10 * 5 + 7 * 4
CHUNK = 20_000
QUIET_SECONDS = 120
FEW_PAGES = 100
DAYS_AGO = 30

# SQL over a number n, the how-manieth play of the past it is
USER = f"{seed.FIRST_ID} + 1 + n % {seed.PLAYERS}"
NO = f"n DIV {seed.PLAYERS} + 1"  # the how-manieth of its player
WON = "n % 10 < 7"
ALWAYS = "1"
REWARD = '"reward_type":"POINT","reward_amount":10'
SEGMENT = f'{{"id":0,"slot_index":0,"label":"10 points",{REWARD},"is_jackpot":false}}'
ANSWER = f'{{"result":"OK","segment":{SEGMENT},"reward":{{{REWARD}}},"token_balance":1,"season_pass":null}}'

Rows = tuple[str, str, dict[str, str]]  # table, which n have a row, SQL by column


def place_with(stage: Stage, *, rows: int) -> Place:
    """A database whose tables of the past hold this many rows in all."""
    return stage.place(f"past_{rows}", prepare=lambda place: _prepare(stage, place, rows))


def _prepare(stage: Stage, place: Place, rows: int) -> None:
    plays = rows * 10 // ROWS_OF_TEN_PLAYS
    with seed.connection(place.settings.database_url) as db:
        for start in range(0, plays, CHUNK):
            stage.tell(f"writing {rows:,} rows of history: {start * 100 // plays} %")
            several = f"(SELECT seq AS n FROM seq_{start}_to_{min(start + CHUNK, plays) - 1}) AS several"
            for table, which, columns in _past(place.world):
                values = ", ".join(columns.values())
                insert = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {several} WHERE {which}"
                db.exec_driver_sql(insert.replace("%", "%%"))
        _wait_until_written(db)


def _past(world: seed.World) -> Iterator[Rows]:
    """What the plays of the past wrote."""
    day = f"DATE '{seed.today() - timedelta(days=DAYS_AGO)}'"
    play, at = _play_id(), f"TIMESTAMP({day}) + INTERVAL n MICROSECOND"
    who, cause = {"user_id": USER, "created_at": at}, f"CONCAT('PLAY:', {play})"
    game, request = {"feature_type": "'ROULETTE'"}, {"request_id": "MD5(n)"}
    no = {"play_no": NO, "play_date": day, "day_no": NO}
    drawn = {"rolls": "'[1]'", "prize": f"""'{{"segment":{SEGMENT}}}'""", "is_win": WON}
    cost = {"token_type": "'ROULETTE_COIN'", "cost": "1"}
    yield (
        "game_plays",
        ALWAYS,
        who | game | request | no | drawn | cost | {"id": play, "config_id": str(world.config_id)},
    )
    yield "wallet_ledger", ALWAYS, who | _entry("ROULETTE_COIN", "-1", "1000000", "PLAY_COST", cause)
    yield "wallet_ledger", WON, who | _entry("POINT", "10", f"10 * ({NO})", "PLAY_REWARD", cause)
    granted = {"reward_type": "'POINT'", "amount": "10", "state": "'GRANTED'", "attempts": "1", "updated_at": at}
    yield "reward_log", WON, who | granted | {"operation_id": cause, "source": "'ROULETTE'"}
    for name, which in (("PLAY", ALWAYS), ("RESULT", ALWAYS), ("REWARD_GRANTED", WON)):
        facts = {"event_type": f"'{name}'", "reference": cause, "facts": f"'{{{REWARD}}}'"}
        yield "user_event_log", which, who | game | request | facts
    told = {"id": play, "topic": "'reward.granted'", "payload": f"'{{{REWARD}}}'", "attempts": "1", "done_at": at}
    yield "outbox", WON, who | told
    key = {"actor": f"CONCAT('player:', {USER})", "operation": "'PLAY'", "idempotency_key": "MD5(CONCAT('key', n))"}
    said = {"fingerprint": "SHA2(n, 256)", "status": "200", "body": f"'{ANSWER}'", "created_at": at}
    yield "idempotency_keys", ALWAYS, key | said


def _entry(token: str, delta: str, balance: str, reason: str, cause: str) -> dict[str, str]:
    moved = {"token_type": f"'{token}'", "delta": delta, "balance_after": balance}
    return moved | {"reason": f"'{reason}'", "operation_id": cause}


def _play_id() -> str:
    """SQL that makes a UUIDv7 of the past, rising with n as real ones do."""
    first = int(time.time() * 1000) - DAYS_AGO * 86_400_000
    at = f"LPAD(HEX({first} + n), 12, '0')"
    tail = "CONCAT('-7', SUBSTR(MD5(n), 1, 3), '-8', SUBSTR(MD5(n), 4, 3), '-', SUBSTR(MD5(n), 7, 12))"
    return f"LOWER(CONCAT(SUBSTR({at}, 1, 8), '-', SUBSTR({at}, 9), {tail}))"


def _wait_until_written(db: Connection) -> None:
    """Until the server has written what it holds: its own work must not fall into a round."""
    until = time.monotonic() + QUIET_SECONDS
    db.execute(text("SET GLOBAL innodb_max_dirty_pages_pct = 0"))
    while time.monotonic() < until:
        row = db.execute(text("SHOW GLOBAL STATUS LIKE 'Innodb_buffer_pool_pages_dirty'")).one()
        if int(row[1]) < FEW_PAGES:
            break
        time.sleep(0.5)
    db.execute(text("SET GLOBAL innodb_max_dirty_pages_pct = DEFAULT"))
