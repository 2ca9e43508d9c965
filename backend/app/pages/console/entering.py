"""The console's way in and out: a password, or a one-time link made at the machine."""

from typing import Annotated

from asgi_correlation_id import correlation_id
from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from app.core.auth import STAFF_SCOPES
from app.core.claims import note_refused_token
from app.core.errors import AppError
from app.flows.sign_in_link import enter_by_link
from app.flows.sign_out import sign_out
from app.flows.staff_sign_in import StaffSignIn
from app.pages.console.doors import SIGN_IN, ConsoleRoute
from app.pages.console.look import show
from app.pages.console.operator import STAFF, operator
from app.pages.origin import is_foreign
from app.pages.session import ENDED, bearer, container_of, forget_session, remember_session
from app.schemas.client import address_of, client_of
from app.schemas.status import STATUS

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
Login = Annotated[str, Form(min_length=1, max_length=190)]
Password = Annotated[str, Form(min_length=1, max_length=1000)]
Code = Annotated[str | None, Form(max_length=40)]
SAID_HERE = frozenset({"INVALID_CREDENTIALS", "SECOND_FACTOR_REQUIRED", "RATE_LIMITED"})
LinkKey = Annotated[str, Query(max_length=100)]
USELESS = frozenset({"TOKEN_INVALID", "TOKEN_EXPIRED", "TOKEN_REVOKED"})


@router.get("/console/sign-in")
async def way_in(request: Request) -> Response:
    """Where operators land who are not signed in."""
    return show(request, "sign_in.html", problem=None, login="")


@router.post("/console/sign-in")
async def sign_in(request: Request, login: Login, password: Password, code: Code = None) -> Response:
    """A sign-in by login, password and, where a second factor is on, its code."""
    asked = StaffSignIn(
        login=login,
        password=password,
        code=code or None,
        address=address_of(request),
        client=client_of(request),
        request_id=correlation_id.get(),
    )
    try:
        session = await container_of(request).staff_door.sign_in(asked)
    except AppError as refusal:
        if refusal.code not in SAID_HERE:
            raise
        wait = refusal.facts.get("retry_after_seconds")
        status = STATUS[refusal.meaning.kind]
        return show(request, "sign_in.html", http_status=status, problem=refusal.code, login=login, wait=wait)
    remember_session(request, session)
    return RedirectResponse("/console", 303)


@router.get("/console/enter")
async def enter(request: Request, key: LinkKey = "") -> Response:
    """A sign-in by one-time link. A link that was used leads whoever is signed in already straight to the desk."""
    if request.headers.get("sec-purpose", "").startswith("prefetch"):
        return Response(status_code=204)  # a browser that only guesses must not use the link up
    if is_foreign(request):
        # Strict cookies did not come with it: the same step again, from a page of ours, shows who is at the desk
        return show(request, "entering.html", key=key)
    container = container_of(request)
    try:
        await operator(request)
    except AppError as refusal:
        if refusal.code not in ENDED:
            raise
    else:
        return RedirectResponse("/console", 303)
    try:
        session = await enter_by_link(
            container.house, container.keys, key, client=client_of(request), request_id=correlation_id.get()
        )
    except AppError as refusal:
        if refusal.code not in USELESS:
            raise
        note_refused_token(refusal)
        return show(request, "sign_in.html", http_status=401, problem="LINK_USED", login="")
    remember_session(request, session)
    return RedirectResponse("/console", 303)


@router.post("/console/sign-out")
async def leave(request: Request) -> Response:
    """Ends this sign-in, and takes the cookies away even if it had ended before."""
    container = container_of(request)
    try:
        principal = await bearer(request, STAFF)
        if principal.scopes & STAFF_SCOPES:
            await sign_out(container.house, container.keys, principal, user_id=None, request_id=correlation_id.get())
    except AppError as refusal:
        if refusal.code not in ENDED:
            raise
    forget_session(request)
    return RedirectResponse(SIGN_IN, 303)
