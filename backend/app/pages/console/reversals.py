"""A5, what refunds left for a person: ranks, premium rewards, settled bridges."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from app.core.auth import ADMIN
from app.domain.reversals import ReviewState
from app.flows.review_reversals import decide_review
from app.pages.console.doors import ConsoleRoute, done
from app.pages.console.forms import LINES, After, Id, Reason
from app.pages.console.look import show
from app.pages.console.operator import operator
from app.pages.session import container_of
from app.utils.pagination import page

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
PLACE = "/console/reversals"
DEEDS = {"take": ReviewState.TAKEN, "keep": ReviewState.KEPT}
State = Annotated[Literal["OPEN", "TAKEN", "KEPT"], Query()]


@router.get(PLACE)
async def reviews(request: Request, state: State = "OPEN", after: After = None) -> Response:
    """Newest first, those that wait to begin with."""
    who = await operator(request)
    rows = await container_of(request).house.read(
        lambda keepers: keepers.reversal.page(state=state, after=after, limit=LINES)
    )
    return show(request, "reversals.html", who=who, found=page(rows, LINES), state_asked=state, after=after)


@router.post("/console/reversals/{review_id}/{deed}")
async def decide(
    request: Request, review_id: Id, deed: Annotated[Literal["take", "keep"], Path()], reason: Reason
) -> Response:
    """Takes the rewards back, or leaves them with the player."""
    request.state.back = PLACE
    who = await operator(request, ADMIN)
    await decide_review(container_of(request).house, who.act(reason), review_id, DEEDS[deed])
    return done(request, PLACE)
