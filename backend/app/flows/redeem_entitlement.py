"""The host redeems an entitlement of a player: from now on its days count.

Locks user_profiles, then the player's entitlements; reads idempotency_keys. Writes entitlements, user_event_log,
outbox, idempotency_keys.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic_core import to_json

from app.core.errors import AppError
from app.core.time_utils import kst_date
from app.domain.entitlements import Entitlement, to_redeem
from app.domain.event_names import EventType, Topic
from app.domain.player import PlayerState
from app.domain.rule_book import RuleBook
from app.flows.steps.commands import IdempotencyKey, PlayerCommand, Result
from app.flows.steps.decide_each import Batch, answer_keys, decide_each
from app.flows.steps.decision import Decision
from app.flows.steps.entitlement_view import entitlement_view
from app.flows.steps.save_changes import save_changes
from app.services import House, Services
from app.services.player_state import Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class RedeemCommand(PlayerCommand):
    """The host redeems one entitlement of a resource for one player."""

    operation = "REDEEM"
    resource: str
    actor: str

    def answer_key(self, idempotency: IdempotencyKey) -> tuple[str, str, str]:
        """The key is the host's, whoever the player is."""
        return (self.actor, self.operation, idempotency.key)

    def require_allowed(self, player: PlayerState) -> None:
        """The host asks, not the player's own sign-in; a blocked player redeems nothing."""
        player.require_own_account()
        if player.is_blocked:
            raise AppError("USER_BLOCKED")


@dataclass(frozen=True, slots=True)
class Owned:
    """Entitlements under their players' locks, and whose each account is."""

    accounts: dict[int, int]
    all: list[Entitlement]

    def by(self, command: RedeemCommand) -> list[Entitlement]:
        return [
            one
            for one in self.all
            if one.resource == command.resource and self.accounts[one.user_id] == command.user_id
        ]


async def redeem_entitlements(house: House, commands: Sequence[RedeemCommand]) -> list[Result]:
    """Redeems one entitlement for each command: however many ask at once, each entitlement once.

    Refusals: USER_NOT_FOUND, USER_BLOCKED, NO_ENTITLEMENT, ENTITLEMENT_ACTIVE (a redeemed one still runs).
    """
    now = house.clock.now()

    async def work(keepers: Services) -> list[Result]:
        users = [command.user_id for command in commands]
        players = await keepers.player.lock(users, Wanted())
        answers = await keepers.idempotency.stored(answer_keys(commands))
        accounts = {account: user for user in players for account in await keepers.player.accounts_of(user)}
        owned = await keepers.entitlement.lock(accounts, (command.resource for command in commands))
        batch = Batch(players, RuleBook({}, (), kst_date(now)), answers, now, house.approval)
        redeemed: list[tuple[RedeemCommand, Entitlement]] = []
        results = decide_each(
            batch, commands, lambda decision, c: _redeem(decision, c, Owned(accounts, owned), redeemed)
        )
        for command, one in redeemed:
            until = one.valid_until_from(now)
            await keepers.entitlement.redeem(one, valid_until=until, actor=command.actor, now=now)
        await save_changes(keepers, batch.changes)
        return results

    return await house.write(work)


def _redeem(
    decision: Decision,
    command: RedeemCommand,
    owned: Owned,
    redeemed: list[tuple[RedeemCommand, Entitlement]],
) -> bytes:
    mine = owned.by(command)
    before = to_redeem(mine, decision.now)
    after = replace(before, redeemed_at=decision.now, valid_until=before.valid_until_from(decision.now))
    owned.all[owned.all.index(before)] = after  # a later command of the same batch finds it active
    redeemed.append((command, before))
    view = entitlement_view(after, decision.now)
    decision.log(EventType.REWARD_REDEEMED, None, before.operation_id, resource=before.resource)
    decision.announce(Topic.REWARD_REDEEMED, operation_id=before.operation_id, **view)
    return to_json({"result": "OK", "external_id": decision.player.external_id, **view})
