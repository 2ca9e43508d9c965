"""A player redeems a promo code: the next unit of its campaign, if there is one left.

Reads feature_config and seasons (share-locked), promo_codes; locks user_profiles with wallets and season_progress, then
promo_campaigns, last. Reads idempotency_keys. Writes promo_claims, reward_log, wallets, wallet_ledger, season_* (XP),
coupon_codes, entitlements, user_event_log, outbox, idempotency_keys.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic_core import to_json

from app.core.errors import AppError
from app.core.time_utils import kst_date, kst_text
from app.domain.event_names import EventType, Feature
from app.domain.promo import Counter, PromoCode
from app.domain.rule_book import RuleBook
from app.domain.wallet import Reason
from app.flows.steps.commands import PlayerCommand, Result
from app.flows.steps.decide_each import Batch, answer_keys, decide_each
from app.flows.steps.decision import Decision
from app.flows.steps.grant_rewards import grant_rewards
from app.flows.steps.save_changes import save_changes
from app.services import House, Services
from app.services.player_state import Wanted

CODE_SOURCE = "CODE"


@dataclass(frozen=True, slots=True, kw_only=True)
class RedeemCodeCommand(PlayerCommand):
    """One player redeems one code, written as it is stored: capital letters, no spaces."""

    operation = "CODE"
    code: str


@dataclass(frozen=True, slots=True)
class Counters:
    """The codes that exist, and their campaigns under lock."""

    codes: Mapping[str, PromoCode]
    campaigns: Mapping[int, Counter]


async def redeem_codes(house: House, commands: Sequence[RedeemCodeCommand]) -> list[Result]:
    """Gives each command a unit, in order, each player once a campaign, never more units than there are.

    However many come at once, a batch is one transaction: the campaign's row is locked once for all of them. Refusals:
    CODE_NOT_FOUND, PROMO_NOT_OPEN, PROMO_ENDED, CODE_ALREADY_USED, PROMO_ALREADY_CLAIMED, PROMO_SOLD_OUT, and what
    CLAIM says when it is stopped.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> list[Result]:
        rules = await keepers.rule_book.in_force([Feature.CLAIM], kst_date(now))
        codes = await keepers.promo.resolve(command.code for command in commands)
        users = [command.user_id for command in commands]
        players = await keepers.player.lock(users, Wanted.of(rules, wallets=True))
        answers = await keepers.idempotency.stored(answer_keys(commands))
        counters = Counters(codes, await keepers.promo.lock(codes.values(), users))
        batch = Batch(players, rules, answers, now, house.approval)
        results = decide_each(batch, commands, lambda decision, c: _redeem(decision, c, rules, counters))
        await save_changes(keepers, batch.changes)
        return results

    return await house.write(work)


def _redeem(decision: Decision, command: RedeemCodeCommand, rules: RuleBook, counters: Counters) -> bytes:
    rules.require_open(Feature.CLAIM)
    code = counters.codes.get(command.code)
    counter = None if code is None else counters.campaigns[code.campaign_id]
    if code is None or counter is None or not counter.campaign.is_open_to(decision.player.host_id):
        raise AppError("CODE_NOT_FOUND")
    claim = counter.take(decision.player.id, code, decision.now)
    campaign = counter.campaign
    decision.changes.promo_claims.append(claim)
    decision.log(
        EventType.CODE_REDEEMED, Feature.CLAIM, claim.operation_id, campaign=campaign.code, unit_no=claim.unit_no
    )
    states = grant_rewards(
        decision, campaign.grants, operation_id=claim.operation_id, source=CODE_SOURCE, reason=Reason.CODE_REWARD
    )
    return to_json({
        "result": "OK",
        "campaign": campaign.code,
        "unit_no": claim.unit_no,
        "operation_id": claim.operation_id,
        "rewards": [
            grant.view() | {"state": state.value} for grant, state in zip(campaign.grants, states, strict=True)
        ],
        "claimed_at": kst_text(decision.now),
    })  # fmt: skip
