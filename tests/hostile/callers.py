"""Who may call what, for tests that call everything: the bearer that gets furthest at each route."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.routes.what_to_send import BODIES, PATH_VALUES
from tests.world import World

# moves the clock of the whole service; ends the caller's own sign-in; never ends by itself
LEFT_OUT = {("POST", "/api/demo/clock"), ("POST", "/api/auth/logout"), ("GET", "/api/stream")}
HOST_ROUTES = {"api_key"}


@dataclass(frozen=True, slots=True)
class Operation:
    """One route of the contract."""

    method: str
    path: str
    described: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def address(self) -> str:
        return self.path.format(**PATH_VALUES)

    @property
    def bearer(self) -> str:
        """player, host or admin; an open route is called as a player."""
        if self.path.startswith("/api/admin"):
            return "admin"
        schemes = {name for one in self.described.get("security", []) for name in one}
        return "host" if schemes & HOST_ROUTES else "player"

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of its body; none where it takes no body, or one of several shapes."""
        content = self.described.get("requestBody", {}).get("content", {}).get("application/json", {})
        found: dict[str, Any] = content.get("schema", {}).get("properties", {})
        return found

    @property
    def has_body(self) -> bool:
        return "requestBody" in self.described

    @property
    def sound_body(self) -> dict[str, Any]:
        return BODIES.get(self.path, {}) | ({"reason": "a test asks for it"} if self.bearer == "admin" else {})


def operations(contract: dict[str, Any]) -> Iterator[Operation]:
    """Every route of a contract but those that would end the test."""
    for path, methods in contract["paths"].items():
        for method, described in methods.items():
            if (method.upper(), path) not in LEFT_OUT:
                yield Operation(method.upper(), path, described)


async def bearers(world: World) -> dict[str, dict[str, str]]:
    """A header for each kind of bearer. The player is not number 1, whom the admin's calls may block."""
    await world.player("somebody else")
    return {
        "player": await world.token("kim"),
        "host": await world.token("main", "host"),
        "admin": await world.token("the-admin", "admin"),
    }
