"""The bridge of each player, also on the days when no season runs: reads only.

Reads bridge_campaigns, user_profiles, bridge_keys and game_plays.
"""

from collections.abc import Sequence

from pydantic_core import to_json

from app.core.errors import AppError
from app.core.time_utils import kst_date, kst_text
from app.domain.player import PlayerState
from app.flows.steps.bridge_view import bridge_view, load_missed, mission_games
from app.flows.steps.commands import PlayerCommand, Result
from app.flows.steps.look_each import look_each
from app.services import House, Services
from app.services.player_state import Wanted


async def bridge_status(house: House, queries: Sequence[PlayerCommand]) -> list[Result]:
    """`event_bridge` of every player; refused with NO_BRIDGE where no campaign runs.

    Two statements, and a third one once a day was missed.
    """
    now = house.clock.now()
    today = kst_date(now)

    async def work(keepers: Services) -> list[Result]:
        rules = await keepers.rule_book.seasons_on(today)
        wanted = Wanted(bridges=rules.bridge_ids, games=mission_games(rules.bridges, today))
        players = await keepers.player.look((query.user_id for query in queries), wanted)
        await load_missed(keepers, rules, players)

        def view(player: PlayerState) -> bytes:
            bridge = bridge_view(player, rules.bridge_of(player.host_id), now)
            if bridge is None:
                raise AppError("NO_BRIDGE")
            return to_json({"event_bridge": bridge, "server_time": kst_text(now)})

        return look_each(players, queries, view)

    return await house.read(work)
