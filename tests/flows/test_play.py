"""A play: one ticket, one draw, one prize, everything written down."""

import asyncio
import json
from typing import Any

import pytest

from app.domain.reference import ROULETTE
from app.flows.play import PlayCommand, play
from app.flows.replay_play import replay_play
from app.flows.steps.commands import Done, IdempotencyKey
from app.games import GAMES
from app.schemas.games import GameStatus, Odds, PlayAnswer
from tests.planting import edit_season
from tests.statements import counted
from tests.world import Person, World, key

PLAY = "/api/roulette/play"


def wheel(**reward: Any) -> dict[str, Any]:
    """A wheel whose every segment gives the same."""
    segments = [{"slot_index": n, "label": f"slot {n}", "weight": 1, **reward} for n in range(6)]
    return {"name": "test wheel", "segments": segments}


async def test_a_winning_play_takes_a_ticket_pays_and_is_written_down(world: World) -> None:
    await world.configure("roulette", wheel(reward_type="POINT", reward_amount=30))
    player = await world.player("kim", ROULETTE_COIN=2)
    answer = await world.ok("POST", PLAY, headers=player.headers | key())
    parsed = PlayAnswer.model_validate(answer)
    assert (parsed.result, parsed.token_type, parsed.token_balance) == ("OK", "ROULETTE_COIN", 1)
    assert (parsed.reward.reward_type, parsed.reward.reward_amount) == ("POINT", 30)
    assert answer["segment"]["reward_amount"] == 30
    operation = f"PLAY:{parsed.play_id}"
    ledger = "SELECT token_type, delta, balance_after, reason FROM wallet_ledger WHERE operation_id = :o ORDER BY id"
    assert await world.rows(ledger, o=operation) == [
        ("ROULETTE_COIN", -1, 1, "PLAY_COST"),
        ("POINT", 30, 30, "PLAY_REWARD"),
    ]
    rewards = "SELECT source, reward_type, amount, state FROM reward_log WHERE operation_id = :o"
    assert await world.rows(rewards, o=operation) == [("ROULETTE", "POINT", 30, "GRANTED")]
    events = await world.rows("SELECT event_type FROM user_event_log WHERE reference = :o ORDER BY id", o=operation)
    assert events == [("PLAY",), ("RESULT",), ("REWARD_GRANTED",)]
    topics = await world.rows("SELECT topic FROM outbox WHERE payload LIKE :o", o=f"%{operation}%")
    assert topics == [("reward.granted",)]
    assert not await world.differences()


async def test_a_losing_play_pays_nothing(world: World) -> None:
    await world.configure("roulette", wheel())
    player = await world.player("kim", ROULETTE_COIN=1)
    answer = await world.ok("POST", PLAY, headers=player.headers | key())
    assert answer["reward"] == {"reward_type": "NONE", "reward_amount": 0}
    assert await world.rows("SELECT COUNT(*) FROM reward_log WHERE source = 'ROULETTE'") == [(0,)]


async def test_a_ticket_won_can_be_played_again(world: World) -> None:
    await world.configure("roulette", wheel(reward_type="TOKEN", reward_amount=1, token_type="ROULETTE_COIN"))
    player = await world.player("kim", ROULETTE_COIN=1)
    for _ in range(5):
        answer = await world.ok("POST", PLAY, headers=player.headers | key())
        assert answer["token_balance"] == 1
        assert answer["reward"]["token_type"] == "ROULETTE_COIN"
    assert not await world.differences()


async def test_xp_won_opens_levels_like_any_other_xp_but_counts_as_granted(world: World) -> None:
    await world.configure("roulette", wheel(reward_type="XP", reward_amount=60))
    player = await world.player("kim", ROULETTE_COIN=1)
    await world.ok("POST", PLAY, headers=player.headers | key())
    progress = await world.rows("SELECT current_level, current_xp, total_stamps FROM season_progress")
    assert progress == [(2, 60, 0)]
    assert await world.rows("SELECT source, is_earned, delta FROM season_xp_ledger") == [("REWARD", 0, 60)]
    balance = await world.rows("SELECT balance FROM wallets WHERE token_type = 'ROULETTE_COIN'")
    assert balance == [(2,)], "levels 1 and 2 gave a coin each"
    assert not await world.differences()


async def test_a_play_goes_on_where_no_season_runs(world: World) -> None:
    await world.sql("UPDATE seasons SET is_active = 0, version = 2")
    await world.configure("roulette", wheel(reward_type="XP", reward_amount=60))
    player = await world.player("kim", ROULETTE_COIN=1)
    answer = await world.ok("POST", PLAY, headers=player.headers | key())
    assert answer["season_pass"] is None
    assert await world.rows("SELECT state FROM reward_log WHERE source = 'ROULETTE'") == [("PENDING",)]


async def test_a_prize_above_the_threshold_waits_for_a_person(world: World) -> None:
    await world.configure("roulette", wheel(reward_type="POINT", reward_amount=10_001))
    player = await world.player("kim", ROULETTE_COIN=1)
    await world.ok("POST", PLAY, headers=player.headers | key())
    assert await world.rows("SELECT state FROM reward_log WHERE source = 'ROULETTE'") == [("APPROVAL",)]
    assert await world.rows("SELECT COUNT(*) FROM wallets WHERE token_type = 'POINT'") == [(0,)]


async def test_a_season_may_stamp_for_every_play(world: World) -> None:
    await edit_season(world, "UPDATE seasons SET stamp_on_play = 1, version = 2")
    await world.configure("roulette", wheel())
    player = await world.player("kim", ROULETTE_COIN=2)
    for expected in (20, 40):
        answer = await world.ok("POST", PLAY, headers=player.headers | key())
        assert answer["season_pass"]["current_xp"] == expected
    assert not await world.differences()


async def test_the_status_and_the_odds_say_what_the_config_says(world: World) -> None:
    player = await world.player("kim", ROULETTE_COIN=2)
    status = await world.ok("GET", "/api/roulette/status", headers=player.headers)
    GameStatus.model_validate(status)
    assert (status["max_daily_spins"], status["today_spins"], status["remaining_spins"]) == (0, 0, None)
    assert [segment["slot_index"] for segment in status["segments"]] == list(range(6))
    odds = Odds.model_validate(await world.ok("GET", "/api/roulette/odds"))
    assert [(line.weight, line.probability) for line in odds.prizes] == [
        (segment["weight"], segment["weight"] / 10_000) for segment in ROULETTE["segments"]
    ]
    await world.configure("roulette", wheel())
    newer = Odds.model_validate(await world.ok("GET", "/api/roulette/odds"))
    assert newer.version == odds.version + 1
    assert [entry.version for entry in newer.history] == [newer.version, odds.version]


async def test_a_play_is_judged_by_the_version_it_was_played_on(world: World) -> None:
    player = await world.player("kim", ROULETTE_COIN=30)
    plays = [await world.ok("POST", PLAY, headers=player.headers | key()) for _ in range(5)]
    await world.configure("roulette", wheel())
    for answer in plays:
        verdict = await replay_play(world.house, answer["play_id"])
        assert verdict["matches"]
        assert verdict["recomputed"] == {"segment": answer["segment"]}
    await world.sql("UPDATE game_plays SET rolls = '[9999]' WHERE id = :id", id=plays[0]["play_id"])
    tampered = (await replay_play(world.house, plays[0]["play_id"]))["matches"]
    was_jackpot = plays[0]["segment"]["is_jackpot"]
    assert tampered is was_jackpot, "other rolls give another prize"
    await world.sql("UPDATE game_configs SET config = REPLACE(config, '3000', '3001')")
    assert not (await replay_play(world.house, plays[1]["play_id"]))["matches"], "the config was tampered with"


async def test_a_game_without_an_active_config_is_unavailable_not_broken(world: World) -> None:
    player = await world.player("kim", ROULETTE_COIN=1)
    await world.sql("UPDATE game_configs SET active_slot = NULL")
    answer = (503, "GAME_MISCONFIGURED")
    assert await world.code("POST", PLAY, headers=player.headers | key()) == answer
    assert await world.code("GET", "/api/roulette/status", headers=player.headers) == answer
    await world.sql(
        """INSERT INTO game_configs (feature_type, version, config, config_hash, active_slot, created_by, created_at)
           VALUES ('ROULETTE', 99, '{}', 'x', 1, 'plain SQL', '2025-12-10 00:00:00.000000')"""
    )
    assert await world.code("POST", PLAY, headers=player.headers | key()) == answer


def command(world: World, player: Person, name: str) -> PlayCommand:
    return PlayCommand(
        user_id=player.id,
        session_id=None,
        issued_at=world.clock.now(),
        request_id=None,
        idempotency=IdempotencyKey(name, "f"),
        game=GAMES["roulette"],
    )


@pytest.mark.parametrize("size", [1, 64])
async def test_a_batch_of_plays_asks_at_most_ten_times_and_commits_once(world: World, size: int) -> None:
    await world.sql("UPDATE seasons SET internal_win_threshold = 0, version = 2")  # a win that is counted is one more
    await world.configure("roulette", wheel(reward_type="POINT", reward_amount=5))
    player = await world.player("kim", ROULETTE_COIN=200)
    assert isinstance((await play(world.house, [command(world, player, "warm")]))[0], Done)
    with counted(world.house) as count:
        results = await play(world.house, [command(world, player, f"p{n}") for n in range(size)])
    assert all(isinstance(result, Done) for result in results)
    assert len(count.statements) <= 10, count.statements
    assert count.commits == 1


async def test_a_win_that_counts_asks_once_more_and_one_that_stamps_and_levels_up_four_times(world: World) -> None:
    """ADR 10: the most that any batch of plays asks, whatever happens in it."""
    await world.configure("roulette", wheel(reward_type="POINT", reward_amount=5))
    player = await world.player("kim", ROULETTE_COIN=200)
    await play(world.house, [command(world, player, "warm")])
    with counted(world.house) as counting:
        await play(world.house, [command(world, player, f"p{n}") for n in range(40)])
    assert len(counting.statements) <= 11, counting.statements
    with counted(world.house) as stamping:
        await play(world.house, [command(world, player, f"q{n}") for n in range(20)])
    assert await world.rows("SELECT current_level FROM season_progress") == [(1,)]
    assert len(stamping.statements) <= 14, stamping.statements
    assert stamping.commits == 1


async def test_a_status_asks_twice_however_many_ask_at_once(world: World) -> None:
    players = [await world.player(f"p{n}") for n in range(20)]
    path = "/api/season-pass/status"
    await world.ok("GET", path, headers=players[0].headers)
    with counted(world.house) as count:
        await asyncio.gather(*(world.ok("GET", path, headers=player.headers) for player in players))
    assert len(count.statements) <= 2 * 3, "one batch goes at once, the rest share the next ones"
    with counted(world.house) as count:
        await world.ok("GET", path, headers=players[0].headers)
    assert len(count.statements) == 2
    assert count.commits == 0


async def test_an_answer_that_is_stored_is_the_answer_that_was_given(world: World) -> None:
    player = await world.player("kim", ROULETTE_COIN=1)
    headers = player.headers | key()
    answer = await world.client.post(PLAY, headers=headers)
    query = "SELECT status, body FROM idempotency_keys WHERE idempotency_key = :k"
    stored = await world.rows(query, k=headers["Idempotency-Key"])
    assert stored == [(200, answer.text)]
    assert json.loads(answer.text)["play_id"]
