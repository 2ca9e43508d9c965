"""Mailings to players' inboxes: send, look, withdraw."""

from typing import Any

from fastapi import Request, Response

from app.domain.mailing import MailingConfig
from app.flows.send_mailing import find_in, send_mailing, withdraw_mailing
from app.routes.admin.common import READ, READERS, Admin, After, Id, Limit, write
from app.routes.bodies import json_answer, parse_body
from app.routes.deps import admin_act, container_of, keyed_act
from app.routes.doors import admin_router
from app.routes.openapi import problems
from app.schemas.admin.common import Listed, StopBody
from app.schemas.admin.inbox import MailingBody, MailingRow
from app.utils.pagination import page

router = admin_router("/inbox", tag="admin: inbox")


@router.get(
    "",
    operation_id="admin_list_mailings",
    response_model=Listed[MailingRow],
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED"),
)
async def mailings(request: Request, after: After = None, limit: Limit = 20) -> dict[str, Any]:
    """Every mailing, newest first."""
    rows = await container_of(request).house.read(lambda keepers: keepers.inbox.mailings(after=after, limit=limit))
    return page(rows, limit)


@router.get(
    "/{mailing_id}",
    operation_id="admin_mailing",
    response_model=MailingRow,
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED", "INBOX_NOT_FOUND"),
)
async def one(request: Request, mailing_id: Id) -> dict[str, Any]:
    """One mailing."""
    return await container_of(request).house.read(lambda keepers: find_in(keepers, mailing_id))


@router.post(
    "",
    operation_id="admin_send_mailing",
    status_code=201,
    response_model=MailingRow,
    openapi_extra=write(MailingBody, is_keyed=True),
    responses=problems("SCOPE_REQUIRED", "VALIDATION_ERROR", "DAILY_LIMIT_REACHED"),
)
async def send(request: Request, who: Admin) -> Response:
    """Sends rewards to up to 1,000 players; each claims their own. Large ones wait for approval when claimed."""
    raw = await request.body()
    body = parse_body(MailingBody, raw)
    config = MailingConfig.model_validate(body.model_dump(include=set(MailingConfig.model_fields)))
    done = await send_mailing(
        container_of(request).house,
        keyed_act(request, who, body.reason, raw, MailingRow, status=201),
        config,
        user_ids=body.user_ids,
        host=body.host,
        externals=body.external_ids,
    )
    return json_answer(done)


@router.post(
    "/{mailing_id}/withdraw",
    operation_id="admin_withdraw_mailing",
    response_model=MailingRow,
    openapi_extra=write(StopBody),
    responses=problems("SCOPE_REQUIRED", "INBOX_NOT_FOUND", "VALIDATION_ERROR"),
)
async def withdraw(request: Request, who: Admin, mailing_id: Id) -> dict[str, Any]:
    """Nobody claims it any more; who has claimed it keeps it."""
    body = parse_body(StopBody, await request.body())
    return await withdraw_mailing(
        container_of(request).house, admin_act(who, body.reason, body.players_who_lose), mailing_id
    )
