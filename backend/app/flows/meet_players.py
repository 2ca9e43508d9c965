"""Meeting players: the row behind a token, made at the player's first request, for all who come at once.

Reads user_profiles. Writes user_profiles and user_event_log for who is new.
"""

from collections.abc import Sequence

from app.flows.steps.know_player import Arrival, Name, know_players, sign_in_event
from app.services import House, Services


async def meet_players(house: House, arrivals: Sequence[Arrival]) -> list[int]:
    """The ids of all these players, in the same order. Each player is made once, with one AUTH_LOGIN, whoever asks.

    Players who are known cost a read and no transaction. When an event opens, thousands come within the same second:
    one by one they would wait for connections until they are refused.
    """
    known = await house.read(lambda keepers: keepers.player.find_all({arrival.name for arrival in arrivals}))
    strangers = [arrival for arrival in arrivals if arrival.name not in known]
    if strangers:
        known |= await _make(house, strangers)
    return [known[arrival.name] for arrival in arrivals]


async def _make(house: House, arrivals: Sequence[Arrival]) -> dict[Name, int]:
    now = house.clock.now()
    first = {arrival.name: arrival for arrival in reversed(arrivals)}  # whose request it is that makes the player

    async def work(keepers: Services) -> dict[Name, int]:
        ids, new = await know_players(keepers, dict.fromkeys(first), now=now)
        events = [
            sign_in_event(
                ids[name], how="TOKEN", session_id=first[name].session_id, request_id=first[name].request_id, now=now
            )
            for name in new
        ]
        await keepers.event_log.add(events)
        return ids

    return await house.write(work)
