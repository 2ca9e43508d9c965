"""At the desk without a browser: signed-in clients of each role, and the forms they send."""

import re
import uuid
from typing import Any

import httpx

from app.flows.sign_in_link import issue_sign_in_link
from tests.world import World

OURS = {"Sec-Fetch-Site": "same-origin"}


async def link(world: World, login: str = "boss", scope: str = "admin") -> str:
    """The path of a one-time sign-in link."""
    key = await issue_sign_in_link(world.house, world.container.keys, login=login, scopes=frozenset({scope}))
    return f"/console/enter?key={key}"


async def sit_down(world: World, scope: str = "admin") -> None:
    """The world's client becomes an operator's browser."""
    world.client.cookies.clear()
    answer = await world.client.get(await link(world, f"the-{scope}", scope))
    assert answer.status_code == 303, answer.text


async def page(world: World, path: str, status: int = 200) -> str:
    """What a page shows."""
    answer = await world.client.get(path)
    assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text[:2000]}"
    return answer.text


async def send(world: World, path: str, **fields: Any) -> httpx.Response:
    """Sends a form of ours, with a key of its own as pages make one."""
    return await world.client.post(path, data={"key": form_key()} | fields, headers=OURS)


async def does(world: World, path: str, **fields: Any) -> str:
    """Sends a form that must be carried out; returns the page that it leads to."""
    answer = await send(world, path, **fields)
    assert answer.status_code == 303, f"{path}: {answer.status_code} {answer.text[:3000]}"
    shown = await page(world, answer.headers["location"])
    assert "said-no" not in shown, shown[shown.index("said-no") :][:300]
    return shown


def form_key() -> str:
    """As a page makes one for its form."""
    return str(uuid.uuid4())


def text_of(html: str) -> str:
    """The words of a page, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
