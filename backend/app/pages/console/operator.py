"""Who is at the desk: an operator's sign-in in cookies of the console's own."""

import hashlib
from dataclasses import dataclass
from typing import Any

from asgi_correlation_id import correlation_id
from fastapi import Request

from app.core.auth import ADMIN, OPS, SUPPORT, Principal
from app.core.numbers import whole_number
from app.flows.steps.commands import IdempotencyKey
from app.flows.steps.once import KeyedAct
from app.pages.session import Cookies, bearer, container_of
from app.services.audit_service import AdminAct

# the field of a form that says how many players may lose, and its longest number
LOSS, LONGEST_NUMBER = "players_who_lose", 15
STAFF = Cookies("dojang_staff", "dojang_staff_refresh", "/console", is_staff=True)


@dataclass(frozen=True, slots=True)
class Operator:
    """The operator who looks or acts, with the rights they have at this moment."""

    principal: Principal
    request_id: str | None
    players_who_lose: int | None = None

    @property
    def login(self) -> str:
        return self.principal.subject

    @property
    def roles(self) -> list[str]:
        return sorted(self.principal.scopes)

    def may(self, *scopes: str) -> bool:
        """Whether they hold one of these scopes."""
        return bool(self.principal.scopes.intersection(scopes))

    def act(self, reason: str) -> AdminAct:
        """Who writes, why, and how many players may lose by it: what the page of a refusal has asked for."""
        return AdminAct(self.principal.actor, reason, self.request_id, self.players_who_lose)

    def keyed(self, reason: str, key: str, *fields: object) -> KeyedAct:
        """Who writes, and why, once for the form that made this key; the same key with other fields is refused."""
        act = self.act(reason)
        return KeyedAct(act.actor, act.reason, act.request_id, act.players_who_lose, key=_form_key(key, *fields))

    def about(self, user_id: int, reason: str, key: str, *fields: object) -> dict[str, Any]:
        """What every command about one player takes from a form.

        The form's key makes sending it twice one act; the same key with other fields is refused.
        """
        return {
            "user_id": user_id,
            "session_id": self.principal.session_id,
            "issued_at": self.principal.issued_at,
            "request_id": self.request_id,
            "idempotency": _form_key(key, user_id, *fields),
            "act": self.act(reason),
        }


def _form_key(key: str, *fields: object) -> IdempotencyKey:
    return IdempotencyKey(f"console:{key}", hashlib.sha256(repr(fields).encode()).hexdigest())


async def operator(request: Request, *accepted: str) -> Operator:
    """The operator, read again at each call; raises AUTH_REQUIRED for nobody, SCOPE_REQUIRED without such a scope.

    Without `accepted` every operator may: reading is for all of them.
    """
    principal = await container_of(request).authenticator.staff(await bearer(request, STAFF))
    who = Operator(principal, correlation_id.get(), await _accepted_loss(request))
    request.state.operator = who  # a refusal is shown at the same desk
    principal.require_scope(*(accepted or (ADMIN, OPS, SUPPORT)))
    return who


async def _accepted_loss(request: Request) -> int | None:
    if request.method != "POST":
        return None
    text = str((await request.form()).get(LOSS, ""))
    return whole_number(text, most_digits=LONGEST_NUMBER)
