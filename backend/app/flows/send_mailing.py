"""An operator sends rewards to the inboxes of players, or withdraws what was not claimed yet.

Locks grant_allowances, inbox_mailings; reads user_profiles. Writes inbox_mailings, inbox_items, grant_allowances,
admin_audit_log.
"""

from collections.abc import Sequence

from app.core.errors import AppError, invalid
from app.core.time_utils import kst_date
from app.domain.mailing import MailingConfig
from app.domain.promises import require_loss_accepted
from app.flows.steps.allowances import lock_allowances
from app.flows.steps.check_references import ConfigDocument, check_references
from app.flows.steps.commands import Done
from app.flows.steps.edits import Row
from app.flows.steps.once import KeyedAct, once
from app.services import House, Services
from app.services.audit_service import AdminAct
from app.services.idempotency_service import GIFT
from app.services.player_state import Wanted


async def send_mailing(
    house: House, act: KeyedAct, config: MailingConfig, *, user_ids: Sequence[int], host: str, externals: Sequence[str]
) -> Done:
    """One copy for each of these players, once per key; a player who is named twice gets one. Answers the mailing.

    The key is that of a gift: a grant or a compensation has another. What it gives counts towards what the operator may
    give on a KST day, of each token and of everything together: DAILY_LIMIT_REACHED. An unknown player refuses the
    whole: VALIDATION_ERROR names the first ones.
    """
    now = house.clock.now()
    config.require_time_to_claim(now)

    async def work(keepers: Services) -> Row:
        document = ConfigDocument("mailing", None, {"rewards": config.model_dump(mode="json")["rewards"]}, host)
        warnings = await check_references(keepers, document, now)
        users = await _recipients(keepers, user_ids, host, externals)
        tokens, worth = config.tokens(len(users)), house.approval.worth(config.grants) * len(users)
        allowances = await lock_allowances(house, keepers, [(act.actor, tokens)], kst_date(now))
        allowances.require_room(act.actor, tokens, worth)
        allowances.use(act.actor, tokens, worth)
        await allowances.save(keepers)
        documents = [reward.model_dump(mode="json", exclude_none=True) for reward in config.rewards]
        values = {"title_ko": config.title_ko, "title_en": config.title_en, "expires_at": config.expires_at}
        mailing_id = await keepers.inbox.send(users, values | {"sent_by": act.actor, "sent_at": now}, rewards=documents)
        facts = {"recipients": len(users), "rewards": documents, "expires_at": config.expires_at}
        await keepers.audit.add(act, "MAILING_SENT", f"mailing:{mailing_id}", after=facts, now=now)
        return await find_in(keepers, mailing_id) | {"warnings": warnings}

    return await once(house, act, GIFT, work)


async def withdraw_mailing(house: House, act: AdminAct, mailing_id: int) -> Row:
    """Nobody claims it any more; who has claimed it keeps it. Raises INBOX_NOT_FOUND; twice changes nothing.

    PROMISE_WITHDRAWN while it waits in inboxes, unless so many losing it is accepted.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        before = await keepers.inbox.mailing(mailing_id, locked=True)
        if before is None:
            raise AppError("INBOX_NOT_FOUND")
        if before["withdrawn_at"] is None:
            if now < before["expires_at"]:
                waiting = before["recipients"] - before["claimed"]
                require_loss_accepted("what waits in their inbox", waiting, act.players_who_lose)
            await keepers.inbox.withdraw(mailing_id, now)
            facts = {"recipients": before["recipients"], "claimed": before["claimed"]}
            await keepers.audit.add(act, "MAILING_WITHDRAWN", f"mailing:{mailing_id}", after=facts, now=now)
        return await find_in(keepers, mailing_id)

    return await house.write(work)


async def find_in(keepers: Services, mailing_id: int) -> Row:
    """One mailing; raises INBOX_NOT_FOUND."""
    row = await keepers.inbox.mailing(mailing_id)
    if row is None:
        raise AppError("INBOX_NOT_FOUND")
    return row


async def _recipients(keepers: Services, user_ids: Sequence[int], host: str, externals: Sequence[str]) -> list[int]:
    """Their ids, each once, in order."""
    if user_ids:
        known = await keepers.player.look(user_ids, Wanted())
        missing = [f"user_ids.{n}" for n, user_id in enumerate(user_ids) if user_id not in known]
        found = list(known)
    else:
        ids = [await keepers.player.find(host, external_id) for external_id in externals]
        missing = [f"external_ids.{n}" for n, user_id in enumerate(ids) if user_id is None]
        found = [user_id for user_id in ids if user_id is not None]
    if missing:
        reason = "unknown player: one is known from the first signed-in request on, or once the host has made them"
        raise invalid(*((field, reason) for field in missing))
    return sorted(set(found))
