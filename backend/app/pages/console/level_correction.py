"""A3, a mistyped reward of a level: whom a correction concerns, counted before it is confirmed, and the correction."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response

from app.core.auth import ADMIN
from app.domain.season_config import MAX_LEVELS
from app.flows.correct_level import Correction, correct_level, look_at_correction
from app.pages.console.doors import ConsoleRoute, done
from app.pages.console.forms import FormKey, Id, Reason, Version
from app.pages.console.look import show
from app.pages.console.operator import operator
from app.pages.console.season_form import bundle_of
from app.pages.session import container_of

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)


@router.post("/console/seasons/{season_id}/correct")
async def correct(
    request: Request,
    season_id: Id,
    *,
    level: Annotated[int, Form(ge=1, le=MAX_LEVELS)],
    rewards: Annotated[str, Form(max_length=2_000)],
    taken_back_get: Annotated[Literal["NOTHING", "CORRECTED"], Form()] = "NOTHING",
    do: Annotated[Literal["look", "save"], Form()] = "look",
    reason: Reason,
    key: FormKey,
    version: Version,
) -> Response:
    """Counts whom the correction concerns, and carries it out once the operator has seen that."""
    back = request.state.back = f"/console/seasons/{season_id}"
    who = await operator(request, ADMIN)
    track, bundle = bundle_of(rewards)
    wanted = Correction(level, track, bundle, taken_back_get == "CORRECTED")
    house, asked = container_of(request).house, (season_id, wanted)
    if do == "save":
        act = who.keyed(reason, key, season_id, level, rewards, taken_back_get)
        await correct_level(house, act, *asked, expected_version=version)
        return done(request, back, "SAVED")
    found = await look_at_correction(house, *asked, expected_version=version)
    typed = {
        "level": level,
        "rewards": rewards,
        "taken_back_get": taken_back_get,
        "reason": reason,
        "version": version,
        "key": key,
    }
    return show(request, "level_correction.html", who=who, found=found, wanted=wanted, typed=typed, back=back)
