"""The lane: who arrives meanwhile rides along, and nobody is left behind."""

import asyncio
from collections.abc import Sequence

import pytest

from app.core.errors import AppError
from app.flows.lane import MAX_BATCH, MAX_WAITING, Lane


class Recorder:
    """A run that notes its batches and takes a moment."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    async def __call__(self, commands: Sequence[int]) -> list[int | AppError]:
        self.batches.append(list(commands))
        await asyncio.sleep(0.001)
        if -13 in commands:
            raise RuntimeError("poisoned")
        return [AppError("NOT_FOUND") if command == -404 else command * 2 for command in commands]


@pytest.mark.parametrize("width", [1, 2])
async def test_one_command_after_the_other_never_waits_for_a_runner_that_is_just_leaving(width: int) -> None:
    lane: Lane[int, int] = Lane(Recorder(), width=width, key=int)
    async with asyncio.timeout(10):
        assert [await lane.submit(n) for n in range(200)] == [n * 2 for n in range(200)]


async def test_commands_that_arrive_while_one_is_under_way_share_the_next_run() -> None:
    run = Recorder()
    lane: Lane[int, int] = Lane(run, width=1, key=int)
    results = await asyncio.gather(*(lane.submit(n) for n in range(20, 20 + 50)))
    assert results == [n * 2 for n in range(20, 70)]
    assert len(run.batches) <= 2


async def test_a_batch_has_a_limit() -> None:
    run = Recorder()
    lane: Lane[int, int] = Lane(run, width=1, key=int)
    await asyncio.gather(*(lane.submit(n) for n in range(1000, 1000 + 3 * MAX_BATCH)))
    assert max(map(len, run.batches)) == MAX_BATCH


async def test_a_refusal_reaches_only_the_one_who_was_refused() -> None:
    lane: Lane[int, int] = Lane(Recorder(), width=1, key=int)
    results = await asyncio.gather(*(lane.submit(n) for n in (1, -404, 3)), return_exceptions=True)
    assert results[0] == 2
    assert results[2] == 6
    assert isinstance(results[1], AppError)


async def test_a_poisoned_command_fails_alone() -> None:
    lane: Lane[int, int] = Lane(Recorder(), width=1, key=int)
    results = await asyncio.gather(*(lane.submit(n) for n in (11, 12, -13, 14)), return_exceptions=True)
    assert [results[0], results[1], results[3]] == [22, 24, 28]
    assert isinstance(results[2], RuntimeError)


async def test_a_client_that_goes_away_stops_nobody() -> None:
    lane: Lane[int, int] = Lane(Recorder(), width=1, key=int)
    first, gone, last = (asyncio.create_task(lane.submit(n)) for n in (1, 2, 3))
    await asyncio.sleep(0)
    gone.cancel()
    assert (await first, await last) == (2, 6)


async def test_too_many_waiting_is_said_at_once() -> None:
    lane: Lane[int, int] = Lane(Recorder(), width=1, key=int)
    waiting = [asyncio.create_task(lane.submit(n)) for n in range(20, 20 + MAX_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(AppError, match=r"^BUSY$"):
        for _ in range(2):  # one place may have been freed by the batch that has begun
            await lane.submit(0)
    await asyncio.gather(*waiting)


async def test_one_players_commands_follow_one_another_while_others_run_beside_them() -> None:
    at_once: list[int] = []
    most: dict[int, int] = {}

    async def run(players: Sequence[int]) -> list[int | AppError]:
        for player in set(players):
            at_once.append(player)
            most[player] = max(most.get(player, 0), at_once.count(player))
        most[-1] = max(most.get(-1, 0), len(set(at_once)))
        await asyncio.sleep(0.001)
        for player in set(players):
            at_once.remove(player)
        return list(players)

    lane: Lane[int, int] = Lane(run, width=2, key=int)
    await asyncio.gather(*(lane.submit(n % 2) for n in range(600)))
    assert most == {0: 1, 1: 1, -1: 2}


async def test_who_waits_behind_a_database_that_is_away_is_refused_with_it() -> None:
    """Each would wait for a whole budget of its own otherwise, after the one before it."""
    tried: list[list[int]] = []

    async def run(commands: Sequence[int]) -> list[int | AppError]:
        tried.append(list(commands))
        await asyncio.sleep(0.05)
        raise AppError("DATABASE_UNAVAILABLE")

    lane: Lane[int, int] = Lane(run, width=1, key=int)
    first = asyncio.create_task(lane.submit(1))
    await asyncio.sleep(0.01)
    later = [asyncio.create_task(lane.submit(n)) for n in (2, 3)]
    results = await asyncio.gather(first, *later, return_exceptions=True)
    assert [result.code for result in results if isinstance(result, AppError)] == ["DATABASE_UNAVAILABLE"] * 3
    assert tried == [[1]]
    with pytest.raises(AppError):
        await lane.submit(4)
    assert tried == [[1], [4]], "who comes afterwards is tried"
