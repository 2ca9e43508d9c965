"""The operator's own account: second factor and sign-ins."""

from typing import Annotated

import segno
from fastapi import APIRouter, Form, Path, Request, Response
from markupsafe import Markup

from app.flows.second_factor import (
    begin_second_factor,
    confirm_second_factor,
    drop_second_factor,
    second_factor_state,
)
from app.flows.staff_sessions import end_staff_session, staff_sessions
from app.pages.console.doors import ConsoleRoute, done
from app.pages.console.look import show
from app.pages.console.operator import operator
from app.pages.session import container_of

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
HERE = "/console/account"
OWN = "changed by the operator's own hand"
Code = Annotated[str, Form(min_length=1, max_length=40)]


@router.get(HERE)
async def account(request: Request) -> Response:
    """Who they are, whether a code is asked for, and where they are signed in."""
    who, container = await operator(request), container_of(request)
    return show(
        request,
        "account.html",
        who=who,
        factor=await second_factor_state(container.house, who.login),
        sessions=await staff_sessions(container.house, container.keys, who.login),
        here=who.principal.session_id,
    )


@router.post(HERE + "/second-factor")
async def begin(request: Request) -> Response:
    """The secret for the authenticator, as a picture and as text."""
    request.state.back = HERE
    who, container = await operator(request), container_of(request)
    enrolment = await begin_second_factor(container.house, container.keys, who.act(OWN))
    # drawn into the page: it holds the secret, so no address may lead to it; of segno's text nothing is a visitor's
    picture = segno.make(enrolment.uri, error="m").svg_inline(scale=4, border=2, omitsize=True, title="QR")
    return show(request, "second_factor.html", who=who, picture=Markup(picture), secret=enrolment.secret)  # noqa: S704


@router.post(HERE + "/second-factor/confirm")
async def confirm(request: Request, code: Code) -> Response:
    """Has the code asked for from now on; shows the recovery codes, once."""
    request.state.back = HERE
    who, container = await operator(request), container_of(request)
    act, keys = who.act(OWN), container.keys
    codes = await confirm_second_factor(container.house, keys, act, code)
    return show(request, "recovery_codes.html", who=who, codes=codes)


@router.post(HERE + "/second-factor/remove")
async def drop(request: Request, code: Code) -> Response:
    """Takes the second factor away, against a code of it."""
    request.state.back = HERE
    who, container = await operator(request), container_of(request)
    act, keys = who.act(OWN), container.keys
    await drop_second_factor(container.house, keys, act, code)
    return done(request, HERE)


@router.post(HERE + "/sessions/{session_id}/end")
async def end(request: Request, session_id: Annotated[str, Path(max_length=36)]) -> Response:
    """Ends one of the own sign-ins."""
    request.state.back = HERE
    who, container = await operator(request), container_of(request)
    await end_staff_session(container.house, container.keys, who.act(OWN), who.login, session_id)
    return done(request, HERE)
