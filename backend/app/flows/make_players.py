"""A host makes players before they come: gifts, mailings and events can name them from then on.

Reads user_profiles. Writes user_profiles.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_json

from app.flows.steps.commands import Done
from app.flows.steps.know_player import know_players
from app.services import House, Services

MOST_AT_ONCE = 1_000
MADE, KNOWN, REJECTED = "made", "known", "rejected"


@dataclass(frozen=True, slots=True)
class NewPlayer:
    """What the host calls a player. `problems`: what is wrong with it; then nobody is made."""

    external_id: str | None
    nickname: str | None = None
    problems: Sequence[dict[str, str]] = ()


async def make_players(house: House, host_id: int, players: Sequence[NewPlayer]) -> Done:
    """Makes who is not known yet, each once by their external id; one result for each, in the order of the call.

    Who is known stays as they are, their nickname too: a sign-in changes it. Running it again makes nobody twice.
    """
    now = house.clock.now()
    sound = [player for player in players if not player.problems]
    nicknames = {(host_id, str(player.external_id)): player.nickname for player in reversed(sound)}

    async def work(keepers: Services) -> tuple[dict[str, int], set[str]]:
        ids, new = await know_players(keepers, nicknames, now=now)
        return {name: user_id for (_, name), user_id in ids.items()}, {name for _, name in new}

    ids, new = await house.write(work) if nicknames else ({}, set())
    results = [_result(player, ids, new) for player in players]
    counts = {status: sum(one["status"] == status for one in results) for status in (MADE, KNOWN, REJECTED)}
    return Done(to_json(counts | {"results": results}))


def _result(player: NewPlayer, ids: dict[str, int], new: set[str]) -> dict[str, Any]:
    """Of a name that stands twice in a call, the first makes the player."""
    if player.problems:
        facts = {"code": "VALIDATION_ERROR", "details": player.problems}
        return {"external_id": player.external_id, "status": REJECTED, **facts}
    name = str(player.external_id)
    status = MADE if name in new else KNOWN
    new.discard(name)
    return {"external_id": name, "status": status, "user_id": ids[name]}
