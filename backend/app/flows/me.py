"""What a player sees of themselves at a glance. Reads user_profiles with wallets, feature_config; writes nothing."""

from dataclasses import dataclass
from typing import Any

from app.core.errors import AppError
from app.core.time_utils import kst_date, kst_text
from app.domain.rule_book import RuleBook
from app.flows.steps.allowed_player import allowed_player
from app.flows.steps.commands import PlayerCommand
from app.flows.steps.sessions import player_view
from app.services import House, Services
from app.services.player_state import Wanted


async def me(house: House, query: PlayerCommand) -> dict[str, Any]:
    """The player, their wallets, and which features are open to them now."""
    now = house.clock.now()

    async def work(keepers: Services) -> dict[str, Any]:
        player = await allowed_player(keepers, query, Wanted(wallets=True))
        names = [row["feature_type"] for row in await keepers.feature.all()]
        rules = await keepers.rule_book.in_force(names, kst_date(now), locked=False) if names else None
        return {
            "user": player_view(player),
            "wallets": player.wallet_views(),
            "features": {name: _is_open(rules, name) for name in names},
            "server_time": kst_text(now),
        }

    return await house.read(work)


@dataclass(frozen=True, slots=True)
class Name:
    """What a player is called, and the code of their host."""

    shown: str
    host: str


async def name_of(house: House, query: PlayerCommand) -> Name:
    """The player's name for people; raises USER_NOT_FOUND, TOKEN_REVOKED or USER_BLOCKED."""

    async def work(keepers: Services) -> Name:
        player = await allowed_player(keepers, query, Wanted())
        hosts = {host.id: host.code for host in await keepers.identity.known_hosts()}
        return Name(player.nickname or player.external_id, hosts.get(player.host_id, ""))

    return await house.read(work)


async def require_allowed(house: House, query: PlayerCommand) -> None:
    """Returns when the player may act with this token; raises USER_NOT_FOUND, TOKEN_REVOKED or USER_BLOCKED."""
    await house.read(lambda keepers: allowed_player(keepers, query, Wanted()))


def _is_open(rules: RuleBook | None, name: str) -> bool:
    """As a play would find it, the QA gate included."""
    try:
        return rules is not None and bool(rules.require_open(name).is_enabled)
    except AppError:
        return False
