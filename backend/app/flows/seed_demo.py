"""The demo's data: made-up players with tickets of every reference game, and a few days of stamps behind them.

Reads hosts and the running season. Writes user_profiles, admin_audit_log and everything that a stamp or a gift
of tickets writes.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from app.core.time_utils import KST, kst_date
from app.domain.grants import Grant, RewardType
from app.domain.player import PlayerState
from app.domain.records import Changes
from app.domain.reference import GAME_SETUPS
from app.domain.season import Season, StampSource
from app.domain.wallet import Reason
from app.flows.steps.decision import Decision
from app.flows.steps.grant_rewards import grant_rewards
from app.flows.steps.save_changes import save_changes
from app.flows.steps.stamp_season import DAILY, add_stamp
from app.games import GAMES_BY_FEATURE
from app.services import House, Services
from app.services.audit_service import AdminAct
from app.services.player_state import Wanted

ACT = AdminAct("system:seed", "a player of the demo", None)
STARTING_TICKETS = 10
TOKENS = [GAMES_BY_FEATURE[name].token_type for name in GAME_SETUPS]
STAMPED_AT = time(20, 30)


@dataclass(frozen=True, slots=True)
class DemoPlayer:
    """A made-up player. With a past, they stamped every day of the season until yesterday."""

    external_id: str
    nickname: str
    has_past: bool = False


DEMO_PLAYERS = (DemoPlayer("haneul", "하늘", has_past=True), DemoPlayer("bada", "바다"), DemoPlayer("byeol", "별"))


async def seed_demo_players(house: House, *, with_past: bool = False) -> None:
    """Adds the demo's players, each with starting tickets, where they are missing; some with stamps behind them."""
    now = house.clock.now()

    async def work(keepers: Services) -> None:
        host = next(host for host in await keepers.identity.active_hosts() if host.code == "main")
        rules = await keepers.rule_book.seasons_on(kst_date(now))
        for demo in DEMO_PLAYERS:
            if await keepers.player.find("main", demo.external_id) is not None:
                continue
            user_id = await keepers.player.add(
                host_id=host.id, external_id=demo.external_id, nickname=demo.nickname, now=now
            )
            wanted = Wanted.of(rules, wallets=True)
            player = (await keepers.player.lock([user_id], wanted))[user_id]
            changes = Changes()
            season = rules.season_if_any(player)
            if with_past and demo.has_past and season is not None:
                _stamp_past_days(house, player, changes, season)
            gifts = _give_tickets(house, player, changes, now)
            await save_changes(keepers, changes)
            await keepers.audit.add(ACT, "PLAYER_SEEDED", f"player:{user_id}", after={"operations": gifts}, now=now)

    await house.write(work)


def _stamp_past_days(house: House, player: PlayerState, changes: Changes, season: Season) -> None:
    for offset in range((kst_date(house.clock.now()) - season.start_date).days):
        day = season.start_date + timedelta(days=offset)
        at = datetime.combine(day, STAMPED_AT, tzinfo=KST)
        decision = Decision(player, changes, at, day, season, house.approval, None)
        add_stamp(decision, period_key=day.isoformat(), source=StampSource.DAILY, event_type=DAILY)


def _give_tickets(house: House, player: PlayerState, changes: Changes, now: datetime) -> list[str]:
    """Gives them; returns the operation ids."""
    decision = Decision(player, changes, now, kst_date(now), None, house.approval, None)
    operations = {f"SEED:{player.id}:{token}": token for token in sorted(TOKENS)}
    for operation_id, token in operations.items():
        tickets = Grant(RewardType.TOKEN, STARTING_TICKETS, token)
        grant_rewards(decision, [tickets], operation_id=operation_id, source="SEED", reason=Reason.SEED)
    return list(operations)
