"""Meeting players: the row behind a token, made at the player's first request, for all who come at once.

Reads user_profiles. Writes user_profiles and user_event_log for who is new.
"""

from collections.abc import Sequence

from app.domain.records import Event
from app.flows.steps.know_player import Visitor, know_players, sign_in_event
from app.services import House, Services


async def meet_players(house: House, visitors: Sequence[Visitor]) -> list[int]:
    """The ids of all these players, in the same order. Each player is made once, with one AUTH_LOGIN, whoever asks.

    Players who are known cost a read and no transaction. When an event opens, thousands come within the same second:
    one by one they would wait for connections until they are refused.
    """
    known = await house.read(lambda keepers: _known(keepers, visitors))
    if any(visitor.name not in known for visitor in visitors):
        known |= await _make(house, [visitor for visitor in visitors if visitor.name not in known])
    return [known[visitor.name] for visitor in visitors]


def _by_host(visitors: Sequence[Visitor]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    for visitor in visitors:
        names.setdefault(visitor.host_id, []).append(visitor.external_id)
    return dict(sorted(names.items()))


async def _known(keepers: Services, visitors: Sequence[Visitor]) -> dict[tuple[int, str], int]:
    known: dict[tuple[int, str], int] = {}
    for host_id, names in _by_host(visitors).items():
        ids = await keepers.player.find_all(host_id, sorted(set(names)))
        known |= {(host_id, name): user_id for name, user_id in ids.items()}
    return known


async def _make(house: House, visitors: Sequence[Visitor]) -> dict[tuple[int, str], int]:
    now = house.clock.now()
    first = {visitor.name: visitor for visitor in reversed(visitors)}  # whose request it is that makes the player

    async def work(keepers: Services) -> dict[tuple[int, str], int]:
        met: dict[tuple[int, str], int] = {}
        events: list[Event] = []
        for host_id, names in _by_host(visitors).items():
            ids, new = await know_players(keepers, host_id, names, now=now)
            met |= {(host_id, name): user_id for name, user_id in ids.items()}
            for name in new:
                visitor = first[(host_id, name)]
                known_as = {"session_id": visitor.session_id, "request_id": visitor.request_id}
                events.append(sign_in_event(ids[name], how="TOKEN", **known_as, now=now))
        await keepers.event_log.add(events)
        return met

    return await house.write(work)
