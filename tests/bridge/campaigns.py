"""Bridge campaigns for the tests, and ways to walk through one."""

from datetime import date, datetime, timedelta
from typing import Any

from app.batches.job import Job
from app.batches.scheduler import JOBS, register, tick
from app.core.time_utils import KST, kst_date
from app.domain.bridge import CampaignState
from app.domain.bridge_config import BridgeConfig
from app.domain.event_names import Feature
from app.domain.records import Changes
from app.domain.reference import reference_season
from app.domain.season_config import SeasonConfig
from app.domain.worth import Approval
from app.flows.steps.collect_keys import collect_host_key
from app.flows.steps.decision import Decision
from app.flows.steps.save_changes import save_changes
from app.services import House, Services
from app.services.player_state import Wanted
from tests.planting import noted
from tests.world import Person, World, key

CODE = "XMAS_BRIDGE_2025"
GOAL = "goal.reached"


def kst(month: int, day: int, hour: int = 12, minute: int = 0, second: float = 0) -> datetime:
    """An instant of the walk, in Seoul: December is of 2025, January of 2026."""
    minute_begins = datetime(2025 if month == 12 else 2026, month, day, hour, minute, tzinfo=KST)
    return minute_begins + timedelta(seconds=second)


def campaign(**changed: Any) -> BridgeConfig:
    """The reference campaign; roulette stands for the games that this installation may not have."""
    plays = {"kind": "PLAYS", "plays": 2, "games": ["ROULETTE"]}
    goal = {"kind": "HOST_EVENT", "host_event_type": GOAL}
    reward = [{"reward_type": "TOKEN", "reward_amount": 3, "token_type": "ROULETTE_COIN"}]
    slots = [
        {"event_type": "KEY_DAY_1_ROULETTE", "mission": plays, "rewards": reward},
        {"event_type": "KEY_DAY_2_HOST_GOAL", "mission": goal},
        {"event_type": "KEY_DAY_3_LOTTERY", "mission": plays, "rewards": reward},
        {"event_type": "KEY_DAY_4_DICE", "mission": plays, "rewards": reward},
        {"event_type": "KEY_DAY_5_ALL_GAME", "mission": plays},
        {"event_type": "KEY_DAY_6_HOST_GOAL", "mission": goal},
        {"event_type": "KEY_DAY_7_LAST_LOGIN", "mission": {"kind": "PRESENCE", "from_hour": 23}, "rewards": reward},
    ]
    document = {
        "code": CODE,
        "name": "시즌 브리지",
        "start_date": "2025-12-25",
        "required_keys": 7,
        "settles_at": "2026-01-01T00:10:00+09:00",
        "slots": slots,
    }
    return BridgeConfig.model_validate(document | changed)


def one_play(**changed: Any) -> BridgeConfig:
    """A campaign of one day, whose key is one play."""
    slot = {"event_type": "KEY_DAY_1_ROULETTE", "mission": {"kind": "PLAYS", "plays": 1, "games": ["ROULETTE"]}}
    short = {"required_keys": 1, "slots": [slot], "settles_at": "2025-12-26T00:10:00+09:00"}
    return campaign(**short | changed)


async def open_campaign(house: House, config: BridgeConfig) -> None:
    """Opens a campaign, in place of the seeded draft if it has its code."""
    now = house.clock.now()

    async def work(keepers: Services) -> None:
        row = await keepers.bridge.find(config.code)
        if row is None:
            await keepers.bridge.add(config, host_id=None, state=CampaignState.OPEN, now=now)
        else:
            await keepers.bridge.replace(row["id"], config, host_id=None, now=now)
            await keepers.bridge.change(row["id"], state=CampaignState.OPEN, now=now)

    await noted(house, f"bridge:{config.code}", work, after=lambda keepers: keepers.bridge.find(config.code))


async def open_reference(world: World, **changed: Any) -> None:
    """Opens the reference campaign, with changes."""
    await open_campaign(world.house, campaign(**changed))


async def add_new_season(house: House, *, first: date = date(2026, 1, 1)) -> int:
    """The season that begins with the new year."""
    config = SeasonConfig.model_validate(reference_season("NEW_YEAR_2026", first, date(2026, 1, 31)))
    return await noted(house, "season:{}", lambda k: k.season.add(config, is_active=True, now=house.clock.now()))


async def play(world: World, player: Person, times: int = 2) -> None:
    """Plays of roulette."""
    for _ in range(times):
        await world.ok("POST", "/api/roulette/play", headers=player.headers | key())


async def host_goal(world: World, user_id: int, *, event_type: str = GOAL, event_id: str = "1") -> str | None:
    """What the door for host events does with an event that reaches a goal."""
    house = world.house
    now = house.clock.now()

    async def work(keepers: Services) -> str | None:
        rules = await keepers.rule_book.in_force([Feature.BRIDGE], kst_date(now))
        player = (await keepers.player.lock([user_id], Wanted(wallets=True, bridges=rules.bridge_ids)))[user_id]
        decision = Decision(player, Changes(), now, kst_date(now), None, Approval(10_000), None)
        collected = collect_host_key(decision, rules, host_event_type=event_type, cause=f"EVENT:test:{event_id}")
        await save_changes(keepers, decision.changes)
        return collected

    return await house.write(work)


async def collect_all(world: World, player: Person, *, but: frozenset[int] = frozenset()) -> None:
    """Walks a player from 25 to 31 December; on the days in `but` they stay away."""
    for day, of_december in enumerate(range(25, 32), start=1):
        if day in but:
            continue
        world.clock.set(kst(12, of_december, 23, 30))
        if day in (2, 6):
            await host_goal(world, player.id)
        elif day != 7:
            await play(world, player)
        else:
            await world.ok("GET", "/api/me", headers=player.headers)


async def bridge(world: World, player: Person) -> dict[str, Any]:
    """The player's `event_bridge`."""
    answer = await world.ok("GET", "/api/bridge/status", headers=player.headers)
    found: dict[str, Any] = answer["event_bridge"]
    return found


async def counters(world: World, user_id: int) -> tuple[int, int]:
    query = "SELECT event_key_count, event_pending_points FROM user_profiles WHERE id = :id"
    return (await world.rows(query, id=user_id))[0]  # type: ignore[return-value]


async def balance(world: World, user_id: int, token_type: str = "POINT") -> int:
    query = "SELECT balance FROM wallets WHERE user_id = :id AND token_type = :token"
    rows = await world.rows(query, id=user_id, token=token_type)
    return int(rows[0][0]) if rows else 0


async def settlement(world: World, user_id: int) -> dict[str, Any]:
    names = ("outcome", "key_count", "pending_points", "points_paid", "level_state", "level_after", "xp_added")
    query = f"SELECT {', '.join(names)} FROM bridge_settlements WHERE user_id = :id"
    rows = await world.rows(query, id=user_id)
    assert len(rows) == 1, rows
    return dict(zip(names, rows[0], strict=True))


async def tick_all(world: World, *, jobs: tuple[Job, ...] = JOBS, owner: str = "test") -> None:
    """One tick of every job, as a worker does it."""
    await register(world.container, jobs)
    for job in jobs:
        await tick(world.container, job, owner, lambda: True)
