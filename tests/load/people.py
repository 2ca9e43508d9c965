"""Who plays: tokens for the players, and tickets for them."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from app.cli.environment import settings_of
from app.container import Container
from app.core.auth import PLAYER, Principal
from app.core.tokens import TokenKeys
from app.flows.issue_token import issue_token
from tests.load.wire import Wire

HOURS = 12
GRANTS_AT_ONCE = 8


class NoTokens(Exception):
    """Nobody can be signed in; the text says why."""


@dataclass(frozen=True, slots=True)
class People:
    """A bearer for each player, and one of an operator who may grant tickets, if there is one."""

    players: dict[str, str]
    operator: str | None


async def by_secret(data: Path, names: list[str]) -> People:
    """Tokens signed with the secret of the service whose data folder this is, as `./run ops token` signs them."""
    settings = settings_of(data)
    keys = TokenKeys.from_settings(settings)
    now = keys.now()
    ends = now + timedelta(hours=HOURS)
    players = {
        name: keys.sign(Principal(name, frozenset({PLAYER}), "main", issued_at=now, expires_at=ends)) for name in names
    }
    container = Container(settings)
    try:
        operator = await issue_token(
            container.house, keys, subject="load-operator", scopes=frozenset({"admin"}), ttl_seconds=HOURS * 3600
        )
    finally:
        await container.close()
    return People(players, operator)


async def by_exchange(api: str, api_key: str, names: list[str], operator: str | None) -> People:
    """Tokens that the service gives to a host for its players."""
    wire = Wire(api)
    players = {}
    for name in names:
        answer = await wire.ask("POST", "/api/auth/token", {"external_id": name}, X_API_Key=api_key)
        if answer.status != 200:
            raise NoTokens(f"the host exchange answered {answer.status} {answer.code}")
        players[name] = answer.json()["access_token"]
    wire.close()
    return People(players, operator)


async def give_tickets(api: str, people: People, tickets: int) -> None:
    """So many coins for each player, by the operators' API. Without an operator: whatever the stamps bring."""
    if people.operator is None or tickets == 0:
        return
    turn = asyncio.Semaphore(GRANTS_AT_ONCE)

    async def give(token: str) -> None:
        async with turn:
            player, operator = Wire(api, token), Wire(api, people.operator)
            me = (await player.ask("GET", "/api/me")).json()  # makes the player, if need be
            body = {
                "user_id": me["user"]["id"],
                "token_type": "ROULETTE_COIN",
                "amount": tickets,
                "reason": "load test",
            }
            path = "/api/admin/wallets/grant"
            answer = await operator.ask("POST", path, body, Idempotency_Key=uuid.uuid4().hex)
            if answer.status != 200:
                raise NoTokens(f"{path} answered {answer.status} {answer.body.decode()}")
            player.close()
            operator.close()

    await asyncio.gather(*(give(token) for token in people.players.values()))
