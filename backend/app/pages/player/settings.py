"""What a reader sets for themselves, and the demo's clock: small forms that lead back to where they were."""

from datetime import datetime, time
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from app.core.time_utils import KST, kst_date
from app.flows.move_demo_clock import move_demo_clock
from app.pages.cookies import set_cookie
from app.pages.origin import local_path
from app.pages.player.doors import PageRoute
from app.pages.reader import LANGUAGE_COOKIE, THEME_COOKIE
from app.pages.session import container_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)
YEAR_SECONDS = 365 * 24 * 3600
DAY_SECONDS = 24 * 3600
Back = Annotated[str, Form(max_length=500)]


@router.post("/settings")
async def settings(
    request: Request,
    back: Back = "/",
    language: Annotated[Literal["ko", "en"] | None, Form()] = None,
    theme: Annotated[Literal["light", "dark", "system"] | None, Form()] = None,
) -> Response:
    """Keeps the language or the theme for a year."""
    response = RedirectResponse(local_path(back), 303)
    for name, value in ((LANGUAGE_COOKIE, language), (THEME_COOKIE, theme)):
        if value is not None:
            set_cookie(request, response, name, value, seconds=YEAR_SECONDS)
    return response


@router.post("/demo/clock")
async def demo_clock(
    request: Request, to: Annotated[Literal["next_day", "new_year"], Form()], back: Back = "/"
) -> Response:
    """Moves the demo's clock a day on, or to the first minutes of the next 1 January. Nothing outside the demo."""
    house = container_of(request).house
    if to == "next_day":
        move_demo_clock(house, advance_seconds=DAY_SECONDS)
    else:
        new_year = datetime.combine(kst_date(house.clock.now()).replace(month=1, day=1), time(0, 1), tzinfo=KST)
        move_demo_clock(house, now=new_year.replace(year=new_year.year + 1))
    return RedirectResponse(local_path(back), 303)
