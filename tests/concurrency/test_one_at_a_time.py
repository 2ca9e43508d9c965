"""A player's row lock: whatever another process does to a player meanwhile, no command decides on what was before."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import TypeVar

from app.db.statements import Statement
from app.db.transaction import Tx
from app.services.player_service import PlayerService
from app.services.player_state import Wanted
from tests.world import Person, World, key

T = TypeVar("T")
SET_BALANCE = Statement("UPDATE wallets SET balance = ? WHERE user_id = ? AND token_type = 'ROULETTE_COIN'")
# of this test's own database: others share the server
WAITING = (
    "SELECT COUNT(*) FROM information_schema.innodb_trx t JOIN information_schema.processlist p"
    " ON p.id = t.trx_mysql_thread_id WHERE p.db = DATABASE() AND t.trx_state = 'LOCK WAIT'"
)


@asynccontextmanager
async def locked_elsewhere(world: World, player: Person, *, leaves: int) -> AsyncIterator[None]:
    """Another process holds the player's lock during the block; then it leaves this balance and commits."""
    holds, may_end = asyncio.Event(), asyncio.Event()

    async def work(tx: Tx) -> None:
        await PlayerService(tx).lock([player.id], Wanted(wallets=True))
        holds.set()
        await may_end.wait()
        await tx.run(SET_BALANCE, [leaves, player.id])

    other = asyncio.create_task(world.house.database.transaction(work))
    await holds.wait()
    try:
        yield
    finally:
        may_end.set()
        await other


async def begun(world: World, command: Awaitable[T]) -> asyncio.Task[T]:
    """The command under way, now that it waits for a lock."""
    task = asyncio.ensure_future(command)
    while await world.rows(WAITING) != [(1,)]:
        assert not task.done(), "it waited for nobody"
        await asyncio.sleep(0.2)  # asked more often than each 0.1 s, InnoDB gives the same answer for ever
    return task  # type: ignore[return-value]


async def test_a_play_sees_that_its_ticket_was_spent_while_it_waited(mariadb_world: World) -> None:
    world = mariadb_world
    player = await world.player("kim", ROULETTE_COIN=1)
    play = world.code("POST", "/api/roulette/play", headers=player.headers | key())
    async with locked_elsewhere(world, player, leaves=0):
        waiting = await begun(world, play)
    assert await waiting == (400, "NOT_ENOUGH_TOKENS")
    assert await world.rows("SELECT COUNT(*) FROM game_plays") == [(0,)]


async def test_a_gift_is_added_to_what_there_is_when_its_turn_comes(mariadb_world: World) -> None:
    world = mariadb_world
    player = await world.player("kim", ROULETTE_COIN=1)
    admin = await world.token("admin", "admin")
    gift = {"user_id": player.id, "token_type": "ROULETTE_COIN", "amount": 3, "reason": "a test"}
    give = world.ok("POST", "/api/admin/wallets/grant", json=gift, headers=admin | key())
    async with locked_elsewhere(world, player, leaves=10):
        waiting = await begun(world, give)
    await waiting
    assert await world.rows("SELECT balance FROM wallets WHERE user_id = :id", id=player.id) == [(13,)]
