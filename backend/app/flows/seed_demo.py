"""The demo's data: the reference rows, a running season, and made-up players with tickets of every reference game."""

from dataclasses import dataclass

from app.core.time_utils import kst_date
from app.domain.grants import Grant, RewardType
from app.domain.records import Changes
from app.domain.reference import GAME_SETUPS
from app.domain.wallet import Reason
from app.flows.steps.decision import Decision
from app.flows.steps.grant_rewards import grant_rewards
from app.flows.steps.save_changes import save_changes
from app.games import GAMES_BY_FEATURE
from app.services import House, Services
from app.services.player_service import Wanted

STARTING_TICKETS = 10


@dataclass(frozen=True, slots=True)
class DemoPlayer:
    """A made-up player."""

    external_id: str
    nickname: str


DEMO_PLAYERS = (DemoPlayer("haneul", "하늘"), DemoPlayer("bada", "바다"), DemoPlayer("byeol", "별"))


async def seed_demo_players(house: House) -> None:
    """Adds the demo's players, each with starting tickets, where they are missing."""
    now = house.clock.now()

    async def work(keepers: Services) -> None:
        host = next(host for host in await keepers.identity.active_hosts() if host.code == "main")
        for demo in DEMO_PLAYERS:
            if await keepers.player.find("main", demo.external_id) is not None:
                continue
            user_id = await keepers.player.add(
                host_id=host.id, external_id=demo.external_id, nickname=demo.nickname, now=now
            )
            player = (await keepers.player.lock([user_id], Wanted(wallets=True)))[user_id]
            decision = Decision(player, Changes(), now, kst_date(now), None, 0, None)
            for token in sorted(GAMES_BY_FEATURE[name].token_type for name in GAME_SETUPS):
                tickets = Grant(RewardType.TOKEN, STARTING_TICKETS, token)
                grant_rewards(
                    decision, [tickets], operation_id=f"SEED:{user_id}:{token}", source="SEED", reason=Reason.SEED
                )
            await save_changes(keepers, decision.changes)

    await house.write(work)
