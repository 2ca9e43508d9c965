"""`./run ops grant`: tokens for a player from a terminal."""

import hashlib
from typing import Annotated, Any

import typer
from pydantic_core import from_json

from app.cli.acting import AsJson, Data, Reason, act, print_json
from app.container import Container
from app.flows.adjust_wallet import AdjustCommand, Adjustment, adjust_wallets, find_player, require_adjustable
from app.flows.steps.commands import IdempotencyKey, unwrap
from app.services.audit_service import AdminAct

LONGEST_KEY = 128  # as of an Idempotency-Key


def grant(  # noqa: PLR0917 – typer's way to name options
    player: Annotated[str, typer.Option(help="the host's user id")],
    token_type: Annotated[str, typer.Option("--token", help="the wallet: POINT, ROULETTE_COIN, …")],
    amount: Annotated[int, typer.Option(min=1, max=2**53)],
    reason: Reason,
    key: Annotated[str, typer.Option(help="of this gift, such as your ticket: once for whoever sends it")],
    host: Annotated[str, typer.Option(help="the host the player belongs to")] = "main",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Gives tokens to one player, with the limits and the approval of large gifts that the API has. Audited."""
    if not (key.isascii() and key.isprintable() and " " not in key and 0 < len(key) <= LONGEST_KEY):
        raise typer.BadParameter(f"1 to {LONGEST_KEY} visible ASCII characters", param_hint="--key")
    asked = hashlib.sha256(repr((host, player, token_type, amount)).encode()).hexdigest()

    async def work(container: Container) -> dict[str, Any]:
        house, now = container.house, container.clock.now()
        require_adjustable(house, token_type, amount)
        command = AdjustCommand(
            user_id=await find_player(house, host, player),
            session_id=None,
            issued_at=now,
            request_id=None,
            idempotency=IdempotencyKey(key, asked),
            act=AdminAct("cli", reason, None),
            kind=Adjustment.GRANT,
            token_type=token_type,
            amount=amount,
        )
        answer: dict[str, Any] = from_json(unwrap((await adjust_wallets(house, [command]))[0]).body)
        return answer

    answer = act(data, work)
    if as_json:
        print_json(answer)
        return
    typer.echo(f"{answer['state']}: {player} has {answer['balance']} {token_type} ({answer['operation_id']})")
