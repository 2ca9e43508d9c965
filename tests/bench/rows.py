"""The rows of the bench. To add one: a function, here or in a file beside, that gives a Row, and its call in ROWS."""

from __future__ import annotations

import time
from functools import partial

from tests.bench import history, seed
from tests.bench.api import Api
from tests.bench.client import Load
from tests.bench.event_rows import events_row
from tests.bench.game_rows import game_rows
from tests.bench.row import Row, Sample, p95_ms, ratio, seconds, statements
from tests.bench.shapes import best_crowd
from tests.bench.stage import Place, Stage, world_of

MANY = 128  # players at once in the rows that have a floor
FLOOR_BEGINS = 1_001  # players from this number on are the floor's, those below the service's
FIRST_GET = "/api/season-pass/status"
PLAY = "/api/roulette/play"
STAMP = "/api/season-pass/stamp"


# --- plays


def play_load(stage: Stage, place: Place, api: Api, players: int) -> Load:
    """Each of these players plays again as soon as the answer is there."""
    tokens = place.tokens(range(1, players + 1))
    return Load(api.port, "POST", PLAY, tokens, players, stage.seconds, bodies=["{}"])


def plays_on(place: Place, stage: Stage, *, players: int, processes: int = 1) -> Sample:
    api = stage.api(place, processes=processes)
    return stage.load(api, play_load(stage, place, api, players))


def plays(stage: Stage, *, players: int, processes: int = 1) -> Sample:
    return plays_on(stage.place(), stage, players=players, processes=processes)


def plays_floor(stage: Stage) -> Sample:
    """The same plays by a C client with as many connections, up to 128, as serve it best."""
    return best_crowd(stage, "play", partial(floor_plan, stage.place(), stage))


def stock_floor(stage: Stage) -> Sample:
    """Plays of a game with stock: each holds the lottery's stock rows until it commits."""

    def plan(connections: int, seconds: float | None = None) -> dict[str, object]:
        told = floor_plan(stage.place(), stage, connections, seconds)
        return told | {"world": {**world_of(stage.place()), "stock_of": "LOTTERY"}}

    return best_crowd(stage, "play", plan, name="play_with_stock")


def floor_plan(place: Place, stage: Stage, connections: int, seconds: float | None = None) -> dict[str, object]:
    first = seed.FIRST_ID + FLOOR_BEGINS
    return {
        "world": world_of(place),
        "users": list(range(first, first + connections)),
        "crowd": {"port": stage.mariadb.port, "database": place.name, "seconds": seconds or stage.seconds},
    }


def most_statements(stage: Stage, method: str, path: str, numbers: range) -> dict[str, int]:
    """The statements of one command alone: the most that any of these players caused (a win writes more)."""
    place = stage.place()
    api = stage.api(place)
    counts = []
    for token in place.tokens(numbers):
        api.ask("GET", FIRST_GET, token)  # the process knows the player now, and read its hosts a moment ago
        counts.append(stage.count_statements(partial(api.ask, method, path, token)))
    return max(counts, key=lambda count: count["all"])


def play_row(players: int) -> Row:
    targets = {32: [p95_ms(50, 20)], MANY: [ratio(0.8, 1.2), p95_ms(60, 40)]}.get(players, [])
    return Row(
        name=f"plays_{players}",
        title=f"plays, {players} player{'s' * (players > 1)}",
        run=partial(plays, players=players),
        floor=plays_floor if players == MANY else None,
        floor_title="C client, 1 round trip" if players == MANY else "",
        targets=targets,
    )


def first_play_row() -> Row:
    """One player alone, and what a play costs the server in statements."""
    numbers = range(501, 511)
    return Row(
        name="plays_1",
        title="plays, 1 player",
        run=partial(plays, players=1),
        targets=[statements(12, 10)],
        statements=lambda stage: most_statements(stage, "POST", PLAY, numbers),
    )


def two_processes_row() -> Row:
    return Row(
        name="plays_128_two_processes",
        title="plays, 128 players, 2 processes",
        run=partial(plays, players=MANY, processes=2),
        floor=plays_floor,
        floor_title="C client, 1 round trip",
        targets=[ratio(0.8, 1.3)],
    )


# --- stamps


def stamps(stage: Stage) -> Sample:
    """Fresh players, each known to the process from a look at their status, stamp once each."""
    place = stage.place()
    api = stage.api(place)
    tokens = place.tokens(_fresh_stampers(stage, place))
    stage.load(api, Load(api.port, "GET", FIRST_GET, tokens, MANY))
    return stage.load(api, Load(api.port, "POST", STAMP, tokens, MANY, bodies=["{}"]))


def stamps_floor(stage: Stage) -> Sample:
    return best_crowd(stage, "stamp", partial(_stamps_plan, stage))


def _stamps_plan(stage: Stage, connections: int, seconds: float | None = None) -> dict[str, object]:
    place = stage.place()
    numbers = _fresh_stampers(stage, place)
    return {
        "world": world_of(place),
        "users": [seed.FIRST_ID + n for n in numbers],
        "crowd": {"port": stage.mariadb.port, "database": place.name, "seconds": None},
    }


def _fresh_stampers(stage: Stage, place: Place, count: int | None = None) -> range:
    numbers = stage.take_numbers(count or stage.stamps)
    with seed.connection(place.settings.database_url) as db:
        seed.add_stampers(db, place.world, numbers)
    return numbers


def stamp_row() -> Row:
    return Row(
        name="stamps_128",
        title="stamps, 128 players",
        run=stamps,
        floor=stamps_floor,
        floor_title="C client, 1 round trip",
        targets=[ratio(0.8, 1.2)],
        statements=lambda stage: most_statements(stage, "POST", STAMP, _fresh_stampers(stage, stage.place(), 16)),
    )


# --- reads


def statuses(stage: Stage) -> Sample:
    place = stage.place()
    api = stage.api(place)
    return stage.load(api, Load(api.port, "GET", FIRST_GET, place.tokens(range(1, 65)), 64, stage.seconds))


def empty_answers(stage: Stage) -> Sample:
    api = stage.empty_api
    return stage.load(api, Load(api.port, "GET", "/empty", stage.place().tokens(range(1, 65)), 64, stage.seconds))


def status_row() -> Row:
    return Row(
        name="status_64",
        title="season pass status, 64 players",
        run=statuses,
        floor=empty_answers,
        floor_title="empty JWT endpoint",
        targets=[ratio(0.5, 0.7), statements(2, 2)],
        statements=lambda stage: most_statements(stage, "GET", FIRST_GET, range(511, 521)),
    )


# --- SQLite


def sqlite_plays(stage: Stage) -> Sample:
    return plays_on(stage.sqlite("service"), stage, players=MANY)


def sqlite_floor(stage: Stage) -> Sample:
    place = stage.sqlite("floor")
    first = seed.FIRST_ID + FLOOR_BEGINS
    users = list(range(first, first + MANY))
    file = place.settings.database_url.removeprefix("sqlite+aiosqlite:///")
    return stage.floor(
        "sqlite_play", {"file": file, "world": world_of(place), "users": users, "seconds": stage.seconds}
    )


def sqlite_row() -> Row:
    return Row(
        name="sqlite_plays_128",
        title="plays on SQLite, 128 players",
        run=sqlite_plays,
        floor=sqlite_floor,
        floor_title="raw sqlite3 loop",
        targets=[ratio(0.5, 0.8)],
    )


# --- start and growth


def cold_start(stage: Stage) -> Sample:
    """From the start of the process to its first 200."""
    api = Api(stage.place().environment)
    started = time.perf_counter()
    with api:
        took = time.perf_counter() - started
        cpu = api.cpu_seconds()
    return Sample(1 / took, took * 1000, took * 1000, took * 1000, 1, {"api": cpu * 1e6})


def cold_start_row() -> Row:
    return Row(name="cold_start", title="cold start of the API", run=cold_start, targets=[seconds(1.5, 1.0)])


def growth_row(rows: int) -> Row:
    small, large = (partial(history.place_with, rows=count) for count in (10_000, rows))
    return Row(
        name=f"growth_{rows}",
        title=f"plays, 128 players, {rows:,} rows of history",
        run=lambda stage: plays_on(large(stage), stage, players=MANY),
        floor=lambda stage: plays_on(small(stage), stage, players=MANY),
        floor_title="the same with 10,000",
        targets=[ratio(0.9, 1.0)],
        only_full=rows <= 1_000_000,
        only_on_request=rows > 1_000_000,
    )


ROWS: list[Row] = [
    first_play_row(),
    play_row(8),
    play_row(32),
    play_row(MANY),
    two_processes_row(),
    *game_rows(plays_floor, stock_floor),
    stamp_row(),
    status_row(),
    events_row(),
    sqlite_row(),
    cold_start_row(),
    growth_row(1_000_000),
    growth_row(10_000_000),
]
