"""A4, what operators do for one player. Every act asks for a reason and shows what it changes first."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic_core import from_json

from app.core.auth import ADMIN, SUPPORT
from app.core.time_utils import kst_date, kst_midnight
from app.domain.config_fields import Code
from app.domain.grants import Grant, RewardType
from app.domain.season_config import MAX_STREAK_DAYS
from app.flows.adjust_wallet import AdjustCommand, Adjustment, require_adjustable
from app.flows.block_player import block_player, sign_out_player
from app.flows.change_premium import PremiumCommand, change_premium
from app.flows.player_story import player_story
from app.flows.restore_streak import RestoreStreakCommand, restore_streak
from app.flows.settle_missed import settle_missed
from app.flows.steps.commands import unwrap
from app.pages.console.doors import ConsoleRoute, done
from app.pages.console.forms import FormKey, Id, Reason, Version
from app.pages.console.look import show
from app.pages.console.operator import operator
from app.pages.session import container_of

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False, prefix="/console/players/{user_id}")
Direction = Literal["grant", "revoke"]
ToWallet = Literal["grant", "revoke", "ask"]
ADJUSTMENTS = {"grant": Adjustment.GRANT, "revoke": Adjustment.REVOKE, "ask": Adjustment.MAKE_GOOD}
MOST = 2**53
SeasonId = Annotated[int, Form(ge=1, le=2**31 - 1)]


def _back(request: Request, user_id: int) -> str:
    request.state.back = f"/console/players/{user_id}"
    return f"/console/players/{user_id}"


@router.get("/adjust")
async def preview(
    request: Request,
    user_id: Id,
    *,
    token_type: Annotated[Code, Query()],
    amount: Annotated[int, Query(ge=1, le=MOST)],
    direction: Annotated[ToWallet, Query()],
) -> Response:
    """What a gift, a withdrawal or a compensation would make of the balance, before anybody signs it."""
    _back(request, user_id)
    who = await operator(request, *_may(direction))
    container = container_of(request)
    require_adjustable(container.house, token_type, amount)
    story = await player_story(container.house, user_id, limit=1)
    balance = story.balances.get(token_type, 0)
    kind = RewardType.POINT if token_type == "POINT" else RewardType.TOKEN
    gift, midnight = Grant(kind, amount, token_type), kst_midnight(kst_date(container.clock.now()))
    given = await container.house.read(
        lambda keepers: keepers.reward.gifts([user_id], [who.principal.actor], since=midnight)
    )
    approval = container.house.approval
    is_large = approval.waits([gift], passed=approval.worth(one.grant for one in given))
    return show(
        request,
        "adjust.html",
        who=who,
        profile=story.profile,
        token_type=token_type,
        amount=amount,
        direction=direction,
        before=balance,
        after=balance - amount if direction == "revoke" else balance + amount,
        is_large=direction == "grant" and is_large,
    )


@router.post("/adjust")
async def adjust(
    request: Request,
    user_id: Id,
    *,
    token_type: Annotated[Code, Form()],
    amount: Annotated[int, Form(ge=1, le=MOST)],
    direction: Annotated[ToWallet, Form()],
    reason: Reason,
    key: FormKey,
) -> Response:
    """Gives tokens, takes them back, or asks for a compensation, once for this form. Support may ask."""
    back = _back(request, user_id)
    who = await operator(request, *_may(direction))
    container = container_of(request)
    require_adjustable(container.house, token_type, amount)
    command = AdjustCommand(
        **who.about(user_id, reason, key, token_type, amount, direction),
        kind=ADJUSTMENTS[direction],
        token_type=token_type,
        amount=amount,
    )
    answer = from_json((await container.adjustments.submit(command)).body)
    return done(request, f"{back}?tab=ledger", "WAITS" if answer["state"] == "APPROVAL" else "DONE")


def _may(direction: str) -> tuple[str, ...]:
    return (ADMIN, SUPPORT) if direction == "ask" else (ADMIN,)


@router.post("/block")
async def block(request: Request, user_id: Id, reason: Reason, version: Version) -> Response:
    """Refuses everything the player does from now on; what they own is kept."""
    return await _block(request, user_id, reason, version, is_blocked=True)


@router.post("/unblock")
async def unblock(request: Request, user_id: Id, reason: Reason, version: Version) -> Response:
    """Lets the player in again."""
    return await _block(request, user_id, reason, version, is_blocked=False)


async def _block(request: Request, user_id: int, reason: str, version: int, *, is_blocked: bool) -> Response:
    back = _back(request, user_id)
    who = await operator(request, ADMIN)
    house = container_of(request).house
    await block_player(house, who.act(reason), user_id, is_blocked=is_blocked, expected_version=version)
    return done(request, back)


@router.post("/settle")
async def settle(request: Request, user_id: Id, reason: Reason, key: FormKey) -> Response:
    """Pays what settlements did not, because the player was blocked."""
    back = _back(request, user_id)
    who = await operator(request, ADMIN)
    answer = await settle_missed(container_of(request).house, who.keyed(reason, key, user_id), user_id)
    return done(request, f"{back}?tab=rewards", "DONE" if from_json(answer.body)["settled"] else "SAME")


@router.post("/sign-out")
async def sign_out(request: Request, user_id: Id, reason: Reason) -> Response:
    """Ends every sign-in of the player on every device."""
    back = _back(request, user_id)
    who = await operator(request, ADMIN)
    container = container_of(request)
    await sign_out_player(container.house, who.act(reason), user_id, tokens_now=container.keys.now())
    return done(request, back)


@router.post("/premium")
async def premium(
    request: Request,
    user_id: Id,
    *,
    season: SeasonId,
    track: Annotated[Code, Form()],
    direction: Annotated[Direction, Form()],
    reason: Reason,
    key: FormKey,
) -> Response:
    """Gives a premium track, which pays what is already reached, or ends it, which takes nothing back."""
    back = _back(request, user_id)
    who = await operator(request, ADMIN)
    command = PremiumCommand(
        **who.about(user_id, reason, key, season, track, direction),
        season_id=season,
        track=track,
        is_grant=direction == "grant",
    )
    answer = from_json(unwrap((await change_premium(container_of(request).house, [command]))[0]).body)
    return done(request, back, "DONE" if answer["is_changed"] else "SAME")


@router.post("/streak")
async def streak(
    request: Request,
    user_id: Id,
    *,
    season: SeasonId,
    days: Annotated[int, Form(ge=1, le=MAX_STREAK_DAYS)],
    reason: Reason,
    key: FormKey,
) -> Response:
    """Gives a streak back, so that the next stamp continues it. Support may, too."""
    back = _back(request, user_id)
    who = await operator(request, ADMIN, SUPPORT)
    command = RestoreStreakCommand(**who.about(user_id, reason, key, season, days), season_id=season, days=days)
    unwrap((await restore_streak(container_of(request).house, [command]))[0])
    return done(request, back)
