"""Trial tickets: one at balance 0, a few a day and a week."""

import asyncio
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from app.core.time_utils import kst_midnight
from app.domain.reference import DICE, GAME_SETUPS
from app.games import GAMES_BY_FEATURE
from app.schemas.games import TrialAnswer
from tests.world import Person, World, key

TRIAL = "/api/trial-grant"
TOKEN = "DICE_TOKEN"


async def ask(world: World, player: Person, token_type: str = TOKEN) -> dict[str, Any]:
    answer: dict[str, Any] = await world.ok("POST", TRIAL, json={"token_type": token_type}, headers=player.headers)
    TrialAnswer.model_validate(answer)
    return answer


async def spend(world: World, player: Person) -> None:
    """Plays until nothing is left: a draw gives the ticket back."""
    while (await world.ok("GET", "/api/dice/status", headers=player.headers))["token_balance"]:
        await world.ok("POST", "/api/dice/play", headers=player.headers | key())


@pytest.mark.parametrize("feature", GAME_SETUPS)
async def test_who_has_no_ticket_gets_one(world: World, feature: str) -> None:
    token = GAMES_BY_FEATURE[feature].token_type
    player = await world.player("kim")
    answer = await ask(world, player, token)
    assert (answer["result"], answer["granted"], answer["balance"]) == ("OK", 1, 1)
    operation = f"TRIAL:{player.id}:{token}:2025-12-10:1"
    assert await world.rows("SELECT operation_id, reason, delta FROM wallet_ledger") == [(operation, "TRIAL_GRANT", 1)]
    assert await world.rows("SELECT operation_id, source, state FROM reward_log") == [(operation, "TRIAL", "GRANTED")]
    events = await world.rows("SELECT reference FROM user_event_log WHERE event_type = 'TRIAL_GRANT'")
    assert events == [(operation,)]
    again = await ask(world, player, token)
    assert (again["result"], again["granted"], again["balance"], again["reason"]) == ("SKIP", 0, 1, "HAS_TICKETS")
    assert not await world.differences()


async def test_the_caps_of_day_and_iso_week_hold_and_start_anew(world: World) -> None:
    await world.configure("dice", DICE | {"trial": {"per_day": 2, "per_week": 3}, "draw": {}})
    player = await world.player("kim")
    said = []
    # a week across the year's end: Monday 2025-12-29 to Sunday 2026-01-04
    for day in (date(2025, 12, 29), date(2025, 12, 30), date(2026, 1, 4), date(2026, 1, 5)):
        for instant in (kst_midnight(day), kst_midnight(day) + timedelta(hours=23, minutes=59)):
            world.clock.set(instant)
            headers = await world.token("kim")
            fresh = Person(player.id, "kim", headers)
            for _ in range(2):
                answer = await ask(world, fresh)
                said.append("OK" if answer["result"] == "OK" else answer["reason"])
                await spend(world, fresh)
    day_full, week_full = "DAY_CAP_REACHED", "WEEK_CAP_REACHED"
    assert said == [
        *("OK", "OK", day_full, day_full),
        *("OK", week_full, week_full, week_full),
        *(week_full, week_full, week_full, week_full),
        *("OK", "OK", day_full, day_full),
    ]
    assert not await world.differences()


async def test_twenty_requests_at_once_give_one_ticket(world: World) -> None:
    player = await world.player("kim")
    answers = await asyncio.gather(*(ask(world, player) for _ in range(20)))
    assert Counter(answer["result"] for answer in answers) == {"OK": 1, "SKIP": 19}
    assert await world.rows("SELECT SUM(balance) FROM wallets") == [(1,)]


async def test_one_game_counts_apart_from_the_other_and_one_player_from_the_other(world: World) -> None:
    kim, lee = await world.player("kim"), await world.player("lee")
    for player in (kim, lee):
        for token in (TOKEN, "LOTTERY_TICKET"):
            assert (await ask(world, player, token))["result"] == "OK"


async def test_a_game_that_offers_none_skips(world: World) -> None:
    await world.configure("dice", {name: value for name, value in DICE.items() if name != "trial"})
    answer = await ask(world, await world.player("kim"))
    assert (answer["result"], answer["balance"], answer["reason"]) == ("SKIP", 0, "NOT_OFFERED")
    assert await world.rows("SELECT COUNT(*) FROM wallet_ledger") == [(0,)]


async def test_a_stopped_game_gives_none(world: World) -> None:
    player = await world.player("kim")
    await world.sql("UPDATE feature_config SET is_enabled = 0 WHERE feature_type = 'DICE'")
    refusal = await world.code("POST", TRIAL, json={"token_type": TOKEN}, headers=player.headers)
    assert refusal == (400, "FEATURE_DISABLED")


@pytest.mark.parametrize(
    "body", [{}, {"token_type": "POINT"}, {"token_type": "GOLD"}, {"token_type": 7}, {"token_type": TOKEN, "n": 2}, []]
)
async def test_other_tickets_are_refused(sqlite_world: World, body: Any) -> None:
    player = await sqlite_world.player("kim")
    assert await sqlite_world.code("POST", TRIAL, json=body, headers=player.headers) == (422, "VALIDATION_ERROR")
