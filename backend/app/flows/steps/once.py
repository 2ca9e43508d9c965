"""A deed of an operator that gives or makes value: carried out once per key, whoever sends the key."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic_core import to_json

from app.core.errors import AppError
from app.domain.records import Answer
from app.flows.steps.commands import Done, IdempotencyKey
from app.services import House, Services
from app.services.audit_service import AdminAct
from app.services.idempotency_service import OPERATORS

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedAct(AdminAct):
    """An act with its idempotency key. A flow that gives or makes value takes no other, so no door can leave it out.

    `render` makes the answer that is stored of what the flow returns, `status` is its HTTP status.
    """

    key: IdempotencyKey
    render: Callable[[Any], bytes] = to_json
    status: int = 200


async def once(
    house: House,
    act: KeyedAct,
    operation: str,
    work: Callable[[Services], Awaitable[T]],
    *,
    budget_seconds: float | None = None,
    of_identities: bool = False,
) -> Done:
    """Runs `work` in one transaction and stores its answer with it; the same key again gets that answer, for ever.

    The key is one for all operators: a second operator who sends it makes nothing happen twice. Of several at once one
    is carried out, the others get its answer. The same key with another request: IDEMPOTENCY_KEY_REUSED. A refused deed
    leaves its key free.
    """
    key = (OPERATORS, operation, act.key.key)

    async def told(keepers: Services) -> Done | None:
        answer = (await keepers.idempotency.stored([key])).get(key)
        if answer is None:
            return None
        if answer.fingerprint != act.key.fingerprint:
            raise AppError("IDEMPOTENCY_KEY_REUSED")
        return Done(answer.body, answer.status, is_replay=True)

    async def carry_out(keepers: Services) -> Done:
        before = await told(keepers)
        if before is not None:
            return before
        done = Done(act.render(await work(keepers)), act.status)
        answer = Answer(*key, act.key.fingerprint, done.status, done.body, house.clock.now())
        await keepers.idempotency.store([answer])
        return done

    try:
        return await house.write(carry_out, budget_seconds=budget_seconds, of_identities=of_identities)
    except AppError:
        # refused because the same deed was carried out meanwhile (a name taken, a state gone)? Then this is its answer
        before = await house.read(told)
        if before is None:
            raise
        return before
