"""A5, rewards: the queue of approvals, what failed, and every reward ever decided."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Query, Request, Response

from app.core.auth import ADMIN
from app.flows.reward_desk import search_rewards
from app.flows.settle_rewards import Deed, settle_reward
from app.pages.console.csv_files import csv_file, typed_query
from app.pages.console.doors import ConsoleRoute, done
from app.pages.console.forms import LINES, FormKey, Id, Reason
from app.pages.console.look import show
from app.pages.console.operator import operator
from app.pages.session import container_of
from app.schemas.admin.rewards import RewardSearch
from app.schemas.csv_stream import RewardExport
from app.utils.pagination import page

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
DEEDS = {"approve": Deed.APPROVE, "reject": Deed.REJECT, "retry": Deed.RETRY, "reverse": Deed.REVERSE}
STATES = ("APPROVAL", "FAILED", "PENDING", "GRANTED", "REJECTED", "REVERSED")
State = Annotated[Literal["", "APPROVAL", "FAILED", "PENDING", "GRANTED", "REJECTED", "REVERSED"], Query()]
RewardId = Annotated[int | None, Query(ge=1, le=2**63 - 1)]


@router.get("/console/rewards")
async def rewards(request: Request, state: State = "", user_id: RewardId = None, after: RewardId = None) -> Response:
    """Newest first; `state=APPROVAL` is the queue."""
    who = await operator(request)
    house = container_of(request).house
    wanted = RewardSearch(state=state or None, user_id=user_id).wanted
    rows = await search_rewards(house, wanted, after=after, limit=LINES)
    counts = await house.read(lambda keepers: keepers.report.open_rewards())
    return show(
        request,
        "rewards.html",
        who=who,
        found=page(rows, LINES),
        state_asked=state,
        user_id=user_id,
        states=STATES,
        counts=counts,
        after=after,
    )


@router.get("/console/rewards.csv")
async def as_csv(request: Request) -> Response:
    """Every reward that fits as a table for a spreadsheet, newest first."""
    await operator(request)
    asked = typed_query(request, RewardExport)
    return await csv_file(request, "rewards", asked.wanted(), "rewards", asked)


@router.post("/console/rewards/{reward_id}/{deed}")
async def settle(
    request: Request,
    reward_id: Id,
    deed: Annotated[Literal["approve", "reject", "retry", "reverse"], Path()],
    *,
    reason: Reason,
    key: FormKey,
    back: Annotated[str, Form(max_length=500)] = "/console/rewards",
) -> Response:
    """Approves, rejects, retries or takes back one reward."""
    request.state.back = back
    who = await operator(request, ADMIN)
    await settle_reward(container_of(request).house, who.keyed(reason, key, deed, reward_id), DEEDS[deed], reward_id)
    return done(request, back)
