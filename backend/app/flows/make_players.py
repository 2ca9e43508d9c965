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
from app.services.player_state import Wanted

MOST_AT_ONCE = 1_000
MADE, KNOWN, REJECTED = "made", "known", "rejected"
NICKNAME_KEPT = "nickname_kept"


@dataclass(frozen=True, slots=True)
class NewPlayer:
    """What the host calls a player. `problems`: what is wrong with it; then nobody is made."""

    external_id: str | None
    nickname: str | None = None
    problems: Sequence[dict[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """(our id, nickname) of everybody whom a call names, by external id; and who of them it made."""

    accounts: dict[str, tuple[int, str | None]]
    new: set[str]


async def make_players(house: House, host_id: int, players: Sequence[NewPlayer]) -> Done:
    """Makes who is not known yet, each once by their external id; one result for each, in the order of the call.

    Who is known stays as they are, their nickname too (a sign-in changes it): where the call says another one, the
    result has the reason `nickname_kept`. Running it again makes nobody twice.
    """
    now = house.clock.now()
    sound = [player for player in players if not player.problems]
    nicknames = {(host_id, str(player.external_id)): player.nickname for player in reversed(sound)}

    async def work(keepers: Services) -> Known:
        ids, new = await know_players(keepers, nicknames, now=now)
        stand = await keepers.player.look(ids.values(), Wanted())
        accounts = {name: (user_id, stand[user_id].nickname) for (_, name), user_id in ids.items()}
        return Known(accounts, {name for _, name in new})

    known = await house.write(work) if nicknames else Known({}, set())
    results = [_result(player, known) for player in players]
    counts = {status: sum(one["status"] == status for one in results) for status in (MADE, KNOWN, REJECTED)}
    return Done(to_json(counts | {"results": results}))


def _result(player: NewPlayer, known: Known) -> dict[str, Any]:
    """Of a name that stands twice in a call, the first makes the player."""
    if player.problems:
        facts = {"code": "VALIDATION_ERROR", "details": player.problems}
        return {"external_id": player.external_id, "status": REJECTED, **facts}
    name = str(player.external_id)
    status = MADE if name in known.new else KNOWN
    known.new.discard(name)
    user_id, nickname = known.accounts[name]
    is_kept = player.nickname not in (None, nickname)
    return {"external_id": name, "status": status, "user_id": user_id} | ({"reason": NICKNAME_KEPT} if is_kept else {})
