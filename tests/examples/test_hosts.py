"""Each example host end to end over HTTP: what its players have in the end is what arithmetic on its file says."""

import runpy
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.core.time_utils import KST, FixedClock
from app.domain.rules_file import events_by_day
from tests.fixtures import settings_for
from tests.world import World, open_world

EXAMPLES = Path(__file__).parents[2] / "examples"
FIRST_DAY = date(2025, 12, 8)
THRESHOLDS = [30, 80, 150, 240, 350, 500, 700, 1000]
REASON = {"reason": "the example"}
Event = dict[str, Any]


@pytest.fixture
async def empty_world(sqlite_url: str, clock: FixedClock) -> AsyncIterator[World]:
    """A service without a season, on the morning of the examples' first day."""
    clock.set(datetime(2025, 12, 8, 0, 0, tzinfo=KST))
    async with open_world(settings_for(sqlite_url), clock) as world:
        await world.sql("UPDATE seasons SET is_active = 0")
        yield world


async def play(world: World, host: str) -> list[Event]:
    """Sets the example up through the admin API and sends its events; returns them as they arrived."""
    await set_up(world, host)
    return await send_all(world, host)


async def set_up(world: World, host: str) -> int:
    """The example's season, badges, missions and rules; returns the season's id."""
    folder = EXAMPLES / host
    admin = await world.token("boss", "admin")
    season = yaml.safe_load((folder / "season.yaml").read_text())["season"]
    season |= {"start_date": str(season["start_date"]), "end_date": str(season["end_date"]), "is_active": True}
    made = await world.ok("POST", "/api/admin/seasons", json=season | REASON, headers=admin)
    rules = yaml.safe_load((folder / "rules.yaml").read_text())
    for badge in rules.get("badges", []):
        code = badge.pop("code")
        await world.ok("PUT", f"/api/admin/badges/{code}", json=badge | REASON, headers=admin)
    for mission in rules.get("missions", []):
        await world.ok("POST", "/api/admin/missions", json=mission | REASON | {"is_active": True}, headers=admin)
    for rule in rules["rules"]:
        await world.ok("POST", "/api/admin/rules", json=rule | REASON, headers=admin)
        active = {"version": 1} | REASON
        await world.ok("POST", f"/api/admin/rules/{rule['code']}/activate", json=active, headers=admin)
    return int(made["id"])


async def send_all(world: World, host: str) -> list[Event]:
    """Sends the example's events, each day's at its end; returns them as they arrived."""
    folder, sender, arrived = EXAMPLES / host, await world.token("main", "host"), list[Event]()
    for day, events in events_by_day((folder / "events.jsonl").read_text().splitlines(), FIRST_DAY).items():
        world.clock.set(datetime.combine(day, datetime.max.time(), tzinfo=KST))
        for start in range(0, len(events), 700):
            part = events[start : start + 700]
            answer = await world.ok("POST", "/api/events", json={"events": part}, headers=sender)
            assert answer["rejected"] == 0
        arrived += events
    return arrived


@dataclass
class Account:
    """What one player must have."""

    xp: int = 0
    points: int = 0
    coins: int = 0
    tickets: int = 0
    things: Counter[str] = field(default_factory=Counter)
    has_plus: bool = False

    def gain(self, amount: int) -> None:
        """XP, and what the levels that it opens pay."""
        before, self.xp = bisect_right(THRESHOLDS, self.xp), self.xp + amount
        for level in range(before + 1, bisect_right(THRESHOLDS, self.xp) + 1):
            self.points += 10 * level + (100 * level if self.has_plus else 0)
            self.tickets += self.tickets_at(level)

    gives_tickets = False

    def tickets_at(self, level: int) -> int:
        return int(self.gives_tickets and level == 3)

    def subscribe(self) -> None:
        """Premium back-pays every level that is reached."""
        if not self.has_plus:
            self.has_plus = True
            self.points += sum(100 * level for level in range(1, bisect_right(THRESHOLDS, self.xp) + 1))


def once(events: list[Event], accounts: dict[str, Account]) -> Iterator[tuple[Event, Account]]:
    """Each event the first time it arrives, with its player's account."""
    seen = set()
    for event in events:
        if event["id"] not in seen:
            seen.add(event["id"])
            yield event, accounts[event["subject"]]


def lecture(events: list[Event], accounts: dict[str, Account]) -> None:
    done, of_week = set(), Counter()
    for event, mine in once(events, accounts):
        who, data, day = event["subject"], event["data"], event["time"][:10]
        mine.gives_tickets = True
        kind, key = event["type"], (who, event["type"], data.get("lecture_id") or data.get("quiz_id") or day)
        if kind == "subscription.started":
            mine.subscribe()
        elif kind == "subscription.ended":
            mine.has_plus = False
        elif data.get("minutes", 10) >= 10 and data.get("score", 80) >= 80 and key not in done:
            done.add(key)
            if kind == "attendance.checked":
                mine.gain(10)
            elif kind == "quiz.passed":
                mine.points += 30
            else:
                mine.gain(15)
                week = (who, date.fromisoformat(day).isocalendar()[:2])
                of_week[week] += 1
                mine.tickets += of_week[week] == 5


def lms(events: list[Event], accounts: dict[str, Account]) -> None:
    best, refunded = Counter(), set()
    bought = {event["id"] for event in events if event["type"] == "course.purchased"}
    for event, mine in once(events, accounts):
        data = event["data"]
        if event["type"] == "course.purchased":
            mine.points += 490
        elif event["type"] == "course.refunded":
            assert data["purchase"] in bought - refunded
            refunded.add(data["purchase"])
            mine.points -= 490
        else:
            course = (event["subject"], data["course_id"])
            quarters = data["percent"] // 25 - best[course] // 25
            if data["percent"] == 100 and best[course] < 100:
                mine.things["CERTIFICATE"] += 1
                mine.points += 200
            best[course] = max(best[course], data["percent"])
            if quarters > 0:
                mine.gain(20 * quarters)
    assert refunded, "somebody gave a course back"


def vod(events: list[Event], accounts: dict[str, Account]) -> None:
    seen, titles, totals = set(), Counter(), Counter()
    for event, mine in once(events, accounts):
        who, data = event["subject"], event["data"]
        if event["type"] == "minutes.total":
            week = (who, data["week"])
            mine.points += 20 * max(0, data["total"] // 30 - totals[week] // 30)
            totals[week] = max(totals[week], data["total"])
        elif data["percent"] >= 90 and (who, data["title_id"]) not in seen:
            seen.add((who, data["title_id"]))
            titles[who] += 1
            mine.coins += 1
            mine.points += 500 * (titles[who] == 10)
            mine.gain(10)


def focus(events: list[Event], accounts: dict[str, Account]) -> None:
    of_day, minutes = Counter(), Counter()
    for event, mine in once(events, accounts):
        who, worked = event["subject"], event["data"]["minutes"]
        day = (who, event["time"][:10])
        units = min(worked // 5, 24 - of_day[day])
        of_day[day] += units
        mine.gain(2 * units)
        if minutes[who] < 600 <= minutes[who] + worked:
            mine.things["DEEP_WORKER"] += 1
            mine.points += 1000
        minutes[who] += worked


EXPECTED = {"lecture": lecture, "lms": lms, "vod": vod, "focus": focus}


async def amounts(world: World, sql: str) -> dict[str, int]:
    return {who: int(amount) for who, amount in await world.rows(sql) if amount}


@pytest.mark.parametrize("host", EXPECTED)
async def test_the_balances_are_those_of_the_arithmetic(empty_world: World, host: str) -> None:
    world = empty_world
    events = await play(world, host)
    assert len(events) > 1_500
    accounts: dict[str, Account] = defaultdict(Account)
    EXPECTED[host](events, accounts)
    of_player = "JOIN user_profiles u ON u.id = x.user_id"
    wallet = "SELECT u.external_id, x.balance FROM wallets x " + of_player + " WHERE x.token_type = '{}'"
    got = {
        "xp": await amounts(world, f"SELECT u.external_id, x.current_xp FROM season_progress x {of_player}"),
        "points": await amounts(world, wallet.format("POINT")),
        "coins": await amounts(world, wallet.format("ROULETTE_COIN")),
        "tickets": await amounts(
            world, f"SELECT u.external_id, COUNT(*) FROM entitlements x {of_player} GROUP BY u.external_id"
        ),
        "things": await amounts(
            world,
            f"SELECT u.external_id, SUM(x.amount) FROM reward_log x {of_player}"
            " WHERE x.reward_type IN ('BADGE', 'ITEM') AND x.state = 'GRANTED' GROUP BY u.external_id",
        ),
    }
    for name, found in got.items():
        wanted = {who: getattr(account, name) for who, account in accounts.items()}
        if name == "things":
            wanted = {who: account.things.total() for who, account in accounts.items()}
        assert found == {who: amount for who, amount in wanted.items() if amount}, name
    assert not await world.differences()


async def test_a_lecture_ticket_opens_a_week_of_access(empty_world: World) -> None:
    world = empty_world
    accounts: dict[str, Account] = defaultdict(Account)
    lecture(await play(world, "lecture"), accounts)
    holder = next(who for who, account in accounts.items() if account.tickets)
    sender, path = await world.token("main", "host"), f"/api/entitlements/{holder}/LECTURE_TICKET"
    before = await world.ok("GET", path, headers=sender)
    redeemed = await world.ok("POST", f"{path}/redeem", json={}, headers=sender | {"Idempotency-Key": "first"})
    until = datetime.fromisoformat(redeemed["valid_until"])
    assert until - world.clock.now() == timedelta(days=7)
    after = await world.ok("GET", path, headers=sender)
    assert before != after
    twice = await world.code("POST", f"{path}/redeem", json={}, headers=sender | {"Idempotency-Key": "second"})
    assert twice == (409, "ENTITLEMENT_ACTIVE")


async def test_rooms_are_teams_whose_scores_are_their_members_minutes(empty_world: World) -> None:
    world, admin = empty_world, await empty_world.token("boss", "admin")
    contest = {
        "code": "ROOMS", "title_ko": "함께 집중", "title_en": "Rooms", "season_id": await set_up(world, "focus"),
        "metric": "focus.minutes", "join_from": "2025-12-08T00:00:00+09:00", "join_until": "2025-12-09T00:00:00+09:00",
        "size_limit": 20,
    }  # fmt: skip
    await world.ok("POST", "/api/admin/team-contests", json=contest | REASON, headers=admin)
    version = admin | {"If-Match": "*"}
    await world.ok("POST", "/api/admin/team-contests/ROOMS/activate", json=REASON, headers=version)
    rooms: dict[str, int] = {}
    for number in range(27):  # three of the ten in each room
        who = await world.player(f"worker-{number:03d}")
        room = f"ROOM_{number % 9}"
        if room in rooms:
            body = {"team_id": rooms[room]}
            await world.ok("POST", "/api/teams/ROOMS/join", json=body, headers=who.headers)
        else:
            made = await world.ok("POST", "/api/teams/ROOMS", json={"name": room}, headers=who.headers)
            rooms[room] = made["team_id"]
    minutes: Counter[str] = Counter()
    for event, _ in once(await send_all(world, "focus"), defaultdict(Account)):
        if event["subject"] < "worker-027":
            minutes[event["data"]["room"]] += event["data"]["minutes"]
    member = await world.token("worker-000")
    board = await world.ok("GET", "/api/teams/ROOMS?top=100", headers=member)
    assert {team["name"]: team["score"] for team in board["entries"]} == minutes
    assert [team["score"] for team in board["entries"]] == sorted(minutes.values(), reverse=True)
    assert not await world.differences()


def test_the_event_files_are_those_of_the_script() -> None:
    made = runpy.run_path(str(EXAMPLES / "make_events.py"))
    for host in EXPECTED:
        assert (EXAMPLES / host / "events.jsonl").read_text() == made["events_of"](host), host
