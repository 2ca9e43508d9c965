"""What a host does with accounts, for the tests."""

from typing import Any

from tests.world import Person, World


async def rename(world: World, old: str, new: str, **more: Any) -> dict[str, Any]:
    """The host gives a player another id."""
    headers = await world.token("main", "host")
    body = {"new_external_id": new, **more}
    answer: dict[str, Any] = await world.ok("POST", f"/api/players/{old}/rename", json=body, headers=headers)
    return answer


async def merge(world: World, source: str, into: str, **more: Any) -> dict[str, Any]:
    """The host says that two of its players are one."""
    headers = await world.token("main", "host")
    body = {"into": into, **more}
    answer: dict[str, Any] = await world.ok("POST", f"/api/players/{source}/merge", json=body, headers=headers)
    return answer


async def refused(world: World, act: str, name: str, **body: Any) -> tuple[int, str]:
    """(status, code) of what the host may not do."""
    return await world.code("POST", f"/api/players/{name}/{act}", json=body, headers=await world.token("main", "host"))


async def id_of(world: World, name: str) -> int:
    """Whom a bearer with this id is."""
    return int((await world.ok("GET", "/api/me", headers=await world.token(name)))["user"]["id"])


async def balance(world: World, person: Person | int, token_type: str = "POINT") -> int:
    user_id = person if isinstance(person, int) else person.id
    rows = await world.rows(
        "SELECT balance FROM wallets WHERE user_id = :u AND token_type = :t", u=user_id, t=token_type
    )
    return int(rows[0][0]) if rows else 0


async def players(world: World) -> int:
    return int((await world.rows("SELECT COUNT(*) FROM user_profiles"))[0][0])


def forget(world: World) -> None:
    """Two seconds pass on the machine: the process looks again whom it knows by which id."""
    world.container.authenticator._hosts = None
