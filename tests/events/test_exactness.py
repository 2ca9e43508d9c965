"""Many calls with duplicates, late and out of order, all of it sent again: what is paid is exact to the unit."""

import random
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.core.time_utils import KST, kst_date
from tests.events.host import event, points, rule, send, xp
from tests.world import World

PLAYERS, LESSONS, CAP = 40, 30, 12
TOLERANCE = timedelta(hours=48)


def story(now: datetime, count: int, dice: random.Random) -> list[dict[str, Any]]:
    """Events of the last three days, in no order, every tenth of them a copy of another."""
    made: list[dict[str, Any]] = []
    for number in range(count):
        if made and dice.random() < 0.1:
            made.append(dice.choice(made))
            continue
        at = now - timedelta(seconds=dice.randrange(72 * 3600))
        facts = {"lesson": f"L-{dice.randrange(LESSONS)}", "total": dice.randrange(500)}
        made.append(event(number, "study", f"user-{dice.randrange(PLAYERS)}", time=at.isoformat(), **facts))
    dice.shuffle(made)
    return made


def expected(now: datetime, events: list[dict[str, Any]]) -> tuple[dict[str, int], dict[str, int]]:
    """(XP, POINT) of each player, by sets and maxima alone: neither the order nor the copies matter."""
    taken = {one["id"]: one for one in events if datetime.fromisoformat(one["time"]) >= now - TOLERANCE}
    of_day, of_lesson, of_week = defaultdict(int), set(), defaultdict(int)
    for one in taken.values():
        who, day = one["subject"], kst_date(datetime.fromisoformat(one["time"]))
        of_day[who, day] += 1
        of_lesson.add((who, one["data"]["lesson"]))
        week = (who, day.isocalendar()[:2])
        of_week[week] = max(of_week[week], one["data"]["total"])
    in_xp, in_points = defaultdict(int), defaultdict(int)
    for (who, _), count in of_day.items():
        in_xp[who] += min(count, CAP)
    for who, _ in of_lesson:
        in_points[who] += 10
    for (who, _), total in of_week.items():
        in_points[who] += total // 10 * 3
    return dict(in_xp), {who: amount for who, amount in in_points.items() if amount}


@pytest.mark.parametrize(
    ("calls", "size"), [(12, 60), pytest.param(100, 1_000, marks=[pytest.mark.slow, pytest.mark.timeout(900)])]
)
async def test_what_is_paid_is_exact_and_sending_it_all_again_pays_nothing(
    mariadb_world: World, calls: int, size: int
) -> None:
    world, dice = mariadb_world, random.Random(4)
    now = datetime(2025, 12, 15, 9, tzinfo=KST)  # a Monday: the events are of two weeks
    world.clock.set(now)
    await rule(world, "DAILY", xp(1), types=("study",), cap_per_day=CAP)
    await rule(world, "LESSONS", points(10), types=("study",), once_per=["data.lesson"])
    total = {"field": "data.total", "step": 10, "is_cumulative": True, "per": ["week"]}
    await rule(world, "TOTALS", points(3), types=("study",), count=total)
    events = story(now, calls * size, dice)
    accepted = 0
    for start in range(0, len(events), size):
        accepted += (await send(world, *events[start : start + size]))["accepted"]
    in_xp, in_points = expected(now, events)
    got_xp = await world.rows(
        "SELECT u.external_id, SUM(x.delta) FROM season_xp_ledger x JOIN user_profiles u ON u.id = x.user_id"
        " WHERE x.source = 'HOST_EVENT' GROUP BY u.external_id"
    )
    got_points = await world.rows(
        "SELECT u.external_id, w.balance FROM wallets w JOIN user_profiles u ON u.id = w.user_id"
        " WHERE w.token_type = 'POINT'"
    )
    assert {who: int(amount) for who, amount in got_xp} == in_xp
    assert {who: int(amount) for who, amount in got_points} == in_points
    dice.shuffle(events)
    again = [await send(world, *events[start : start + size]) for start in range(0, len(events), size)]
    assert sum(answer["accepted"] for answer in again) == 0
    assert sum(answer["duplicate"] + answer["rejected"] for answer in again) == len(events)
    assert await world.rows("SELECT COUNT(*) FROM host_events") == [(accepted,)]
    assert not await world.differences()
