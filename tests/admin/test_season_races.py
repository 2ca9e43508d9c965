"""Operators who save at the same instant, and players who play meanwhile."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from app.container import Container
from app.core.errors import AppError
from app.core.time_utils import kst_date
from app.db.statements import Statement
from app.db.transaction import Tx
from app.domain.definitions import Definitions
from app.flows.stamp import StampCommand
from app.services import Services
from app.services.rule_book_service import RuleBookService
from tests.admin.desk import Desk
from tests.admin.season_bodies import body_of, season
from tests.world import World

ROUNDS = 10


async def codes(*calls: Awaitable[httpx.Response]) -> Counter[str]:
    answers = await asyncio.gather(*calls)
    return Counter("OK" if a.is_success else a.json()["error"]["code"] for a in answers)


async def active_overlaps(world: World) -> list[tuple[Any, ...]]:
    return await world.rows(
        "SELECT a.season_name, b.season_name FROM seasons a JOIN seasons b ON a.id < b.id AND a.program = b.program "
        "AND a.is_active = 1 AND b.is_active = 1 AND a.start_date <= b.end_date AND b.start_date <= a.end_date"
    )


async def test_of_two_operators_who_publish_at_the_same_instant_one_is_refused(admin: Desk) -> None:
    for turn in range(ROUNDS):
        dates = {"start": f"2026-{turn + 1:02}-01", "end": f"2026-{turn + 1:02}-20"}
        drafts = [await admin.ok("POST", "/seasons", season(f"S{turn}-{n}", **dates)) for n in range(3)]
        result = await codes(*(admin.send("POST", f"/seasons/{d['id']}/publish", version=1) for d in drafts))
        assert result == {"OK": 1, "ACTIVE_SEASON_CONFLICT": 2}
    assert await active_overlaps(admin.world) == []


@pytest.mark.parametrize(("operators", "has_switches"), [(4, True), (2, False)])
async def test_of_active_seasons_made_at_the_same_instant_one_stands(
    admin: Desk, operators: int, has_switches: bool
) -> None:
    if not has_switches:  # nothing to queue at, not even a deleted row: the seasons' own rows must do it
        is_sqlite = admin.world.container.settings.is_sqlite
        await admin.world.sql("DELETE FROM feature_config" if is_sqlite else "TRUNCATE TABLE feature_config")
    for turn in range(ROUNDS):
        dates = {"start": f"2026-{turn + 1:02}-01", "end": f"2026-{turn + 1:02}-20"}
        result = await codes(
            *(admin.send("POST", "/seasons", season(f"S{turn}-{n}", is_active=True, **dates)) for n in range(operators))
        )
        assert result == {"OK": 1, "ACTIVE_SEASON_CONFLICT": operators - 1}
    assert await active_overlaps(admin.world) == []


async def test_of_two_edits_of_one_version_one_stands(admin: Desk) -> None:
    made = await admin.ok("POST", "/seasons", season())
    path = f"/seasons/{made['id']}"
    result = await codes(*(admin.send("PUT", path, season(grace_days=n), version=1) for n in range(8)))
    assert result == {"OK": 1, "VERSION_CONFLICT": 7}
    assert (await admin.get(path))["version"] == 2


async def test_of_two_seasons_with_one_name_at_the_same_instant_one_stands(admin: Desk) -> None:
    result = await codes(*(admin.send("POST", "/seasons", season()) for _ in range(6)))
    assert result == {"OK": 1, "NAME_TAKEN": 5}


async def test_an_edit_waits_for_the_stamp_under_way_so_that_it_sees_what_was_reached(mariadb_admin: Desk) -> None:
    admin, world = mariadb_admin, mariadb_admin.world
    player = await world.player("lee")
    read = await admin.get(f"/seasons/{world.season_id}")
    levels = [dict(line) for line in read["levels"]]
    levels[0]["required_xp"] = 15
    holds, may_end, today = asyncio.Event(), asyncio.Event(), kst_date(world.clock.now())

    async def a_stamp_under_way(keepers: Services) -> None:
        await keepers.rule_book.in_force(["SEASON_PASS"], today)
        holds.set()
        await may_end.wait()

    under_way = asyncio.create_task(world.house.write(a_stamp_under_way))
    await holds.wait()
    edit = body_of(read, levels=levels)
    editing = asyncio.create_task(admin.send("PUT", f"/seasons/{read['id']}", edit, version=read["version"]))
    await asyncio.sleep(0.2)
    assert not editing.done()
    await world.sql(
        "INSERT INTO season_progress (user_id, season_id, current_level, current_xp, total_stamps, internal_wins) "
        "VALUES (:user, :season, 1, 20, 1, 0)", user=player.id, season=read["id"],
    )  # fmt: skip
    may_end.set()
    await under_way
    assert (await editing).json()["error"]["details"][0]["field"] == "levels.0.required_xp"


async def test_while_a_season_is_moved_to_and_fro_no_stamp_finds_it_missing(mariadb_admin: Desk) -> None:
    """A reader that waits for a row which then moves in its index would go on without the season."""
    admin, world = mariadb_admin, mariadb_admin.world
    players = [await world.player(f"player-{n}") for n in range(60)]
    second = Container(world.container.settings, clock=world.clock)
    read = await admin.get(f"/seasons/{world.season_id}")
    last = date.fromisoformat(read["end_date"])
    edits = 0

    async def move() -> None:
        nonlocal edits
        while edits < 3 * ROUNDS:
            edit = body_of(read, end_date=str(last + timedelta(days=edits)))
            await admin.ok("PUT", f"/seasons/{read['id']}", edit, version="*")
            edits += 1

    async def stamp(container: Container, user_id: int) -> str:
        command = StampCommand(user_id=user_id, session_id=None, issued_at=world.clock.now(), request_id=None)
        try:
            await container.stamps.submit(command)
        except AppError as refusal:
            return refusal.code
        return "OK"

    moving = asyncio.create_task(move())
    results: Counter[str] = Counter()
    while not moving.done():
        houses = [world.container, second]
        calls = (stamp(houses[n % 2], player.id) for n, player in enumerate(players))
        results.update(await asyncio.gather(*calls))
    await moving
    await second.close()
    assert set(results) == {"OK", "ALREADY_STAMPED_TODAY"}
    assert results["OK"] == len(players)


class Interrupted(Tx):
    """Reads as the transaction does, but lets something happen after so many statements."""

    def __init__(self, tx: Tx, deed: Callable[[], Awaitable[None]], *, after: int) -> None:
        super().__init__(tx._connection, tx.flavour)
        self._deed, self._left = deed, after

    async def rows(self, statement: Statement, params: Sequence[Any] = (), **counts: int) -> Sequence[Any]:
        if self._left == 0:
            await self._deed()
        self._left -= 1
        return await super().rows(statement, params, **counts)


async def test_a_season_read_while_it_is_edited_is_never_kept_as_the_new_version_with_old_levels(admin: Desk) -> None:
    """The edit comes between two statements of an unlocked read, wherever that hurts most."""
    world = admin.world
    path = f"/seasons/{world.season_id}"
    for statements_before_the_edit in range(4):
        read = await admin.get(path)
        xp = read["levels"][9]["required_xp"] + 1
        levels = [*read["levels"][:9], read["levels"][9] | {"required_xp": xp}]
        definitions = Definitions()

        async def edit() -> None:
            await admin.ok("PUT", path, body_of(read, levels=levels), version="*")  # noqa: B023

        async def interrupted(keepers: Services) -> None:
            tx = Interrupted(keepers.season._tx, edit, after=statements_before_the_edit)  # noqa: B023
            rules = RuleBookService(tx, definitions, is_gated=False)  # noqa: B023
            await rules.seasons_on(kst_date(world.clock.now()))

        await world.house.read(interrupted)
        after = await admin.get(path)
        kept = definitions.seasons.get((read["id"], after["version"]))
        assert kept is None or kept.levels[9].required_xp == xp
