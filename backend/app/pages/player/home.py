"""P1, the front page: the stamp board, the level track, the games; and what is done there."""

import hashlib
import time
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic_core import from_json

from app.core.metrics import STAMPS
from app.flows.claim import ClaimCommand
from app.flows.event_home import EventHome, event_home
from app.flows.stamp import StampCommand
from app.flows.steps.commands import PlayerCommand
from app.pages.flash import set_flash
from app.pages.player import home_view
from app.pages.player.doors import PageRoute, wants_json
from app.pages.player.look import show, text_in
from app.pages.player.visits import note_visit
from app.pages.reader import language_of
from app.pages.session import Visitor, container_of, visitor
from app.schemas.stream import EventStream, last_event_id

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/")
async def home(request: Request) -> Response:
    """The event as the player sees it. Without a sign-in the way in is shown instead."""
    who = await visitor(request)
    seen = await event_home(container_of(request).house, PlayerCommand(**who.command_fields))
    return note_visit(request, render_home(request, who, seen), who, "HOME")


def render_home(
    request: Request, who: Visitor, seen: EventHome, *, template: str = "home.html", ancestors: tuple[str, ...] = ()
) -> Response:
    """The front page, or another page with its content."""
    language = language_of(request)
    season = seen.season

    def text(key: str, name: str) -> str:
        return text_in(seen.texts.get(key), language, name)

    return show(
        request,
        template,
        ancestors=ancestors,
        player=seen.player,
        home=seen,
        season=season,
        is_running=season is not None and season.is_running(seen.today),
        board=(cells := home_view.board(seen)),
        is_long=len(cells) > home_view.LONG_SEASON_DAYS,
        track=home_view.track(seen),
        no_stamp=home_view.why_no_stamp(seen),
        ends_at=home_view.ends_at(season) if season else None,
        claim_until=home_view.claim_until(season) if season else None,
        digest=digest(seen),
        text=text,
        who=who,
    )


def digest(seen: EventHome) -> str:
    """Changes whenever the page would."""
    parts = repr(list(home_view.digest_parts(seen)))
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


@router.get("/live")
async def live(request: Request) -> Response:
    """Whether the page has something new to show: asked when the stream says so, and now and then in any case."""
    who = await visitor(request)
    seen = await event_home(container_of(request).house, PlayerCommand(**who.command_fields))
    answer = JSONResponse({"ok": True, "digest": digest(seen), "now": seen.now.isoformat()})
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.get("/stream")
async def stream(request: Request) -> Response:
    """Says that something new is there, as it happens. The same stream as the API's, for those who have a cookie."""
    after = last_event_id(request.headers.getlist("last-event-id"))
    who = await visitor(request)
    container = container_of(request)
    subscription = await container.stream.open(PlayerCommand(**who.command_fields), after)
    left = (who.principal.expires_at - container.keys.now()).total_seconds()
    seconds = min(left, container.settings.stream_seconds)
    return EventStream(container.stream, subscription, seconds=seconds, now=time.monotonic, is_named=False)


@router.post("/stamp")
async def stamp(request: Request) -> Response:
    """Today's stamp. Pressing twice is refused by the day itself."""
    request.state.back = "/"
    who = await visitor(request)
    done = await container_of(request).stamps.submit(StampCommand(**who.command_fields))
    STAMPS.inc()
    answer = from_json(done.body)
    if wants_json(request):
        return JSONResponse({"ok": True, **answer})
    response = RedirectResponse("/", 303)
    set_flash(response, request, "STAMPED", xp=answer["xp_added"], level=answer["current_level"] * answer["leveled_up"])
    return response


@router.post("/claim")
async def claim(
    request: Request, level: Annotated[int, Form(ge=1, le=1_000_000)], season: Annotated[int, Form(ge=1, le=2**31 - 1)]
) -> Response:
    """Takes the reward of one level."""
    request.state.back = "/"
    who = await visitor(request)
    command = ClaimCommand(**who.command_fields, level=level, season_id=season)
    done = await container_of(request).claims.submit(command)
    answer = from_json(done.body)
    if wants_json(request):
        return JSONResponse({"ok": True, **answer})
    response = RedirectResponse("/", 303)
    set_flash(response, request, "CLAIMED" if answer["state"] == "GRANTED" else "CLAIM_WAITS", level=level)
    return response
