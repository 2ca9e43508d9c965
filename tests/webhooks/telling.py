"""Acting on the outbox and the webhooks, as the worker and an operator do."""

from dataclasses import dataclass
from typing import Any

from app.batches.scheduler import STANDING, register, step
from tests.admin.desk import Desk, desk_of
from tests.webhooks.receiver import Receiver
from tests.world import Person, World

LEVEL_UP, GRANTED = "season_pass.level_up", "reward.granted"


@dataclass(frozen=True, slots=True)
class Telling:
    """A world, its operator, and the worker's standing jobs."""

    world: World
    desk: Desk

    @classmethod
    async def of(cls, world: World) -> "Telling":
        await register(world.container)
        return cls(world, await desk_of(world, "kim@example.com", "admin"))

    async def endpoint(self, receiver: Receiver, **fields: Any) -> dict[str, Any]:
        """A new endpoint at a receiver."""
        created: dict[str, Any] = await self.desk.ok(
            "POST", "/webhooks", {"name": "LMS", "url": receiver.url, **fields}
        )
        return created

    async def tell(self, *, hours: float = 0) -> None:
        """Moves the clock and lets the worker do what is due."""
        self.world.clock.advance(hours=hours)
        for job in STANDING:
            await step(self.world.container, job, lambda: True)

    async def stamp(self, name: str = "lee") -> Person:
        """A player who reaches level 1: one level-up, one reward."""
        player = await self.world.player(name)
        await self.world.ok("POST", "/api/season-pass/stamp", headers=player.headers)
        return player

    async def deliveries(self, **wanted: Any) -> list[dict[str, Any]]:
        """Oldest first."""
        items: list[dict[str, Any]] = (await self.desk.get("/webhook-deliveries", limit=100, **wanted))["items"]
        return items[::-1]

    async def delivery(self) -> dict[str, Any]:
        """The only one, with its tries."""
        (only,) = await self.deliveries()
        found: dict[str, Any] = await self.desk.get(f"/webhook-deliveries/{only['id']}")
        return found
