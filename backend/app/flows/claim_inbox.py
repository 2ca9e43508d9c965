"""A player claims what was sent to them, one item or everything that waits.

Reads feature_config and seasons (share-locked); locks user_profiles with wallets and season_progress, then the items
with their mailings (shared). Reads idempotency_keys. Writes inbox_items, reward_log, wallets, wallet_ledger, season_*
(XP), coupon_codes, entitlements, user_event_log, outbox, idempotency_keys.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic_core import to_json

from app.core.errors import AppError
from app.core.time_utils import kst_date, kst_midnight, kst_text
from app.domain.event_names import EventType, Feature
from app.domain.inbox import InboxItem, InboxState
from app.domain.rule_book import RuleBook
from app.domain.wallet import Reason
from app.flows.steps.allowed_player import allowed_player
from app.flows.steps.commands import PlayerCommand, Result
from app.flows.steps.decide_each import Batch, answer_keys, decide_each
from app.flows.steps.decision import Decision
from app.flows.steps.grant_rewards import grant_rewards
from app.flows.steps.save_changes import save_changes
from app.services import House, Services
from app.services.player_state import Wanted
from app.utils.pagination import page

INBOX_SOURCE = "INBOX"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimInboxCommand(PlayerCommand):
    """One player claims one item of theirs, or when `item_id` is None the oldest hundred that wait."""

    operation = "INBOX"
    item_id: int | None = None


async def claim_inbox(house: House, commands: Sequence[ClaimInboxCommand]) -> list[Result]:
    """Pays each item once, however many ask. Refusals: INBOX_NOT_FOUND, REWARD_ALREADY_CLAIMED, INBOX_EXPIRED."""
    now = house.clock.now()

    async def work(keepers: Services) -> list[Result]:
        rules = await keepers.rule_book.in_force([Feature.CLAIM], kst_date(now))
        users = [command.user_id for command in commands]
        players = await keepers.player.lock(users, Wanted.of(rules, wallets=True))
        answers = await keepers.idempotency.stored(answer_keys(commands))
        chosen = [command.item_id for command in commands if command.item_id is not None]
        everything = [command.user_id for command in commands if command.item_id is None]
        items = {item.id: item for item in await keepers.inbox.lock(chosen, everything, now)}
        batch = Batch(players, rules, answers, now, house.approval)
        if items:  # what one operator sends a player is one gift, in however many mailings
            senders, first = {item.sent_by for item in items.values()}, min(item.sent_at for item in items.values())
            batch.gifts = await keepers.reward.gifts(players, senders, since=kst_midnight(kst_date(first)))
        results = decide_each(batch, commands, lambda decision, c: _claim(decision, c, batch, rules, items))
        await save_changes(keepers, batch.changes)
        return results

    return await house.write(work)


async def my_inbox(house: House, query: PlayerCommand, *, after: int | None, limit: int) -> dict[str, Any]:
    """What was sent to the player, newest first, with what it gives and until when."""
    now = house.clock.now()

    async def work(keepers: Services) -> dict[str, Any]:
        await allowed_player(keepers, query, Wanted())
        items = await keepers.inbox.page(query.user_id, after=after, limit=limit)
        rows = [
            {
                "id": item.id,
                "title": {"ko": item.title_ko, "en": item.title_en},
                "state": item.state_at(now).value,
                "rewards": [grant.view() for grant in item.grants],
                "sent_at": kst_text(item.sent_at),
                "expires_at": kst_text(item.expires_at),
                "claimed_at": None if item.claimed_at is None else kst_text(item.claimed_at),
            }
            for item in items
        ]
        return page(rows, limit) | {"server_time": kst_text(now)}

    return await house.read(work)


def _claim(
    decision: Decision, command: ClaimInboxCommand, batch: Batch, rules: RuleBook, items: dict[int, InboxItem]
) -> bytes:
    rules.require_open(Feature.CLAIM)
    if command.item_id is None:
        mine = [item for item in items.values() if item.user_id == command.user_id]
        waiting = [item for item in mine if item.state_at(decision.now) is InboxState.WAITING]
        return to_json([_claim_item(decision, item, batch, items) for item in waiting])
    item = items.get(command.item_id)
    if item is None or item.user_id != command.user_id:
        raise AppError("INBOX_NOT_FOUND")
    item.require_claimable(decision.now)
    return to_json(_claim_item(decision, item, batch, items))


def _claim_item(decision: Decision, item: InboxItem, batch: Batch, items: dict[int, InboxItem]) -> dict[str, Any]:
    decision.requested_by = item.sent_by  # who sent it does not approve it
    sent_on = kst_midnight(kst_date(item.sent_at))
    decision.passed = batch.passed(item.user_id, item.sent_by, sent_on)
    decision.changes.inbox_claims[item.id] = decision.now
    decision.log(EventType.INBOX_CLAIMED, Feature.CLAIM, item.operation_id, mailing_id=item.mailing_id)
    states = grant_rewards(
        decision, item.grants, operation_id=item.operation_id, source=INBOX_SOURCE, reason=Reason.INBOX_REWARD
    )
    items[item.id] = replace(item, claimed_at=decision.now)  # a later command of the same batch finds it claimed
    return {
        "id": item.id,
        "operation_id": item.operation_id,
        "rewards": [grant.view() | {"state": state.value} for grant, state in zip(item.grants, states, strict=True)],
        "claimed_at": kst_text(decision.now),
    }
