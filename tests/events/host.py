"""A host under test: the events it sends, and the rules on them."""

from typing import Any

from tests.world import World

EVENTS = "/api/events"
REASON = "a test needs it"


def event(
    number: int | str, type_: str, subject: str = "kim", *, time: str | None = None, **data: Any
) -> dict[str, Any]:
    """One event; `number` makes its id."""
    document = {"id": f"e-{number}", "source": "/tests", "type": type_, "subject": subject, "data": data}
    return document | ({"time": time} if time else {})


async def send(world: World, *events: dict[str, Any]) -> dict[str, Any]:
    """The answer to one call with these events, as the host main."""
    headers = await world.token("main", "host")
    answer: dict[str, Any] = await world.ok("POST", EVENTS, json={"events": list(events)}, headers=headers)
    return answer


async def one(world: World, document: dict[str, Any]) -> dict[str, Any]:
    """The result of one event."""
    result: dict[str, Any] = (await send(world, document))["results"][0]
    return result


async def rule(
    world: World, code: str, *effects: dict[str, Any], types: tuple[str, ...] = ("t",), **config: Any
) -> None:
    """Puts a rule in force, through the admin API; one that is there gets a further version."""
    admin = await world.token("fixture-admin", "admin")
    body = {"config": {"event_types": types, "effects": effects, **config}, "reason": REASON}
    known = await world.client.get(f"/api/admin/rules/{code}", headers=admin)
    if known.status_code == 404:
        await world.ok("POST", "/api/admin/rules", json=body | {"code": code, "title": code}, headers=admin)
        version = 1
    else:
        added = await world.ok("POST", f"/api/admin/rules/{code}/versions", json=body, headers=admin)
        version = added["version"]
    await activate(world, code, version)


async def activate(world: World, code: str, version: int | None) -> None:
    admin = await world.token("fixture-admin", "admin")
    body = {"version": version, "reason": REASON}
    await world.ok("POST", f"/api/admin/rules/{code}/activate", json=body, headers=admin)


def xp(amount: int) -> dict[str, Any]:
    return {"kind": "XP", "amount": amount}


def coins(amount: int) -> dict[str, Any]:
    token = {"reward_type": "TOKEN", "reward_amount": amount, "token_type": "ROULETTE_COIN"}
    return {"kind": "REWARD", **token}


def points(amount: int) -> dict[str, Any]:
    return {"kind": "REWARD", "reward_type": "POINT", "reward_amount": amount}


async def balance(world: World, name: str, token_type: str = "POINT") -> int:
    """What the player's wallet holds."""
    rows = await world.rows(
        "SELECT w.balance FROM wallets w JOIN user_profiles u ON u.id = w.user_id"
        " WHERE u.external_id = :name AND w.token_type = :token",
        name=name,
        token=token_type,
    )
    return int(rows[0][0]) if rows else 0


async def xp_of(world: World, name: str) -> int:
    """The player's XP in all seasons."""
    rows = await world.rows(
        "SELECT SUM(p.current_xp) FROM season_progress p JOIN user_profiles u ON u.id = p.user_id"
        " WHERE u.external_id = :name",
        name=name,
    )
    return int(rows[0][0] or 0)
