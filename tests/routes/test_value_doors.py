"""Every door that gives or makes value needs a key, and honours it: whoever sends it, and however many at once."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from app.core.security import sha256_hex
from app.core.time_utils import FixedClock
from app.models import metadata
from tests.fixtures import NOON, settings_for
from tests.routes.no_value import BY_NATURE, NO_VALUE
from tests.routes.value_doors import DOORS, Ask, Stage, set_stage
from tests.world import World, key, open_world

AT_ONCE = 6
HEADER = "Idempotency-Key"
Traces = dict[str, tuple[int, ...]]


@pytest.fixture(scope="module")
async def stage(module_database_url: str) -> AsyncIterator[Stage]:
    """One service for the whole walk."""
    async with open_world(settings_for(module_database_url), FixedClock(NOON)) as world:
        yield await set_stage(world)


@pytest.fixture(params=DOORS)
def door(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


async def test_every_write_route_is_classified(sqlite_world: World) -> None:
    assert sqlite_world.app is not None
    keys: dict[str, bool | None] = {}
    for operations in sqlite_world.app.openapi()["paths"].values():
        for method, operation in operations.items():
            if method != "get":
                headers = {one["name"]: one["required"] for one in operation.get("parameters", []) if "required" in one}
                keys[operation["operationId"]] = headers.get(HEADER)
    classes = (*DOORS, *BY_NATURE, *NO_VALUE)
    assert len(classes) == len(set(classes)), "a route is one of three"
    assert set(keys) - set(classes) == set(), "say in value_doors.py whether it gives or makes value"
    assert set(classes) - set(keys) == set(), "no such route any more"
    assert {name for name in DOORS if keys[name] is not True} == set(), "the contract does not ask for a key"
    assert {name for name in BY_NATURE if keys[name] is not False} == set(), "the contract does not offer a key"
    others = {name for name in NO_VALUE if keys[name] is not None}
    assert others == set(), "a key that is asked for is honoured: put it among the doors"


async def test_without_a_key_it_is_refused_and_nothing_happens(stage: Stage, door: str) -> None:
    ask = await DOORS[door](stage)
    before = await traces(stage.world)
    refused = await sent(stage, ask, ask.headers)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "IDEMPOTENCY_KEY_REQUIRED")
    assert await traces(stage.world) == before


async def test_the_same_key_again_is_the_same_answer_whoever_sends_it(stage: Stage, door: str) -> None:
    ask, same = await DOORS[door](stage), key()
    before = await traces(stage.world)
    first = await sent(stage, ask, ask.headers | same)
    assert first.is_success, first.text
    assert HEADER.replace("Key", "Replayed") not in first.headers
    after = await traces(stage.world)
    assert after != before
    for headers in (ask.headers, ask.second or ask.headers):
        again = await sent(stage, ask, headers | same)
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.headers.get("ETag") == first.headers.get("ETag")
        assert await traces(stage.world) == after, "nothing happened a second time"


async def test_the_same_key_with_another_request_is_refused(stage: Stage, door: str) -> None:
    ask, same = await DOORS[door](stage), key()
    assert (await sent(stage, ask, ask.headers | same)).is_success
    after = await traces(stage.world)
    other = another(ask)
    refused = await sent(stage, other, (other.second or other.headers) | same)
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "IDEMPOTENCY_KEY_REUSED"), refused.text
    assert await traces(stage.world) == after


async def test_of_many_at_once_one_is_carried_out(stage: Stage, door: str) -> None:
    ask, same = await DOORS[door](stage), key()
    audited = (await traces(stage.world))["admin_audit_log"]
    who = [ask.headers, ask.second or ask.headers] * (AT_ONCE // 2)
    answers = await asyncio.gather(*(sent(stage, ask, headers | same) for headers in who))
    assert {answer.is_success for answer in answers} == {True}, [answer.text for answer in answers]
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1
    wrote = (await traces(stage.world))["admin_audit_log"][0] - audited[0]
    assert wrote <= len(ask.body.get("reward_ids", [0])), "it was noted once"


async def test_a_ticket_that_support_and_an_admin_both_answer_is_paid_once(stage: Stage) -> None:
    """Both name the key after the ticket: a make-good is a gift as a grant is one."""
    asked, same = await DOORS["admin_ask_make_good"](stage), key()
    assert (await sent(stage, asked, asked.headers | same)).is_success
    granted = Ask(asked.path.replace("make-good", "grant"), asked.body, asked.headers)
    refused = await sent(stage, granted, granted.headers | same)
    assert refused.json()["error"]["code"] == "IDEMPOTENCY_KEY_REUSED"


@pytest.mark.parametrize("deed", ["admin_grant_tokens", "admin_ask_make_good", "admin_grant_premium"])
async def test_an_answer_that_was_stored_for_one_operator_counts_for_all(stage: Stage, deed: str) -> None:
    """As it was kept before keys were one for all operators: nothing has to be moved for an upgrade."""
    ask, same = await DOORS[deed](stage), key()
    first = await sent(stage, ask, ask.headers | same)
    old = {"admin_ask_make_good": "ADMIN_MAKE_GOOD", "admin_grant_tokens": "ADMIN_GRANT"}.get(deed, "PREMIUM_GRANT")
    await stage.world.sql(
        "UPDATE idempotency_keys SET actor = 'staff:kim@example.com', operation = :o WHERE idempotency_key = :k",
        o=old, k=same["Idempotency-Key"],
    )  # fmt: skip
    for headers in (ask.headers, ask.second or {}):
        again = await sent(stage, ask, headers | same)
        assert (again.content, again.headers["Idempotency-Replayed"]) == (first.content, "true")


async def test_a_refused_deed_leaves_its_key_free(stage: Stage) -> None:
    ask, same = await DOORS["admin_generate_coupon_codes"](stage), key()
    nowhere = Ask("/api/admin/coupons/pools/NOWHERE/generate", ask.body, ask.headers)
    assert (await sent(stage, nowhere, nowhere.headers | same)).status_code == 404
    assert (await sent(stage, ask, ask.headers | same)).is_success


async def test_an_api_key_can_be_asked_for_again_and_is_stored_nowhere(stage: Stage) -> None:
    """The reply was lost: the same request gets the same key, as long as the secret it was made of is known."""
    ask, same = await DOORS["admin_add_api_key"](stage), key()
    made = (await sent(stage, ask, ask.headers | same)).json()["key"]
    assert (await sent(stage, ask, ask.headers | same)).json()["key"] == made
    for name, table in metadata.tables.items():
        texts = [column.name for column in table.columns if column.type.python_type is str]
        for row in (
            await stage.world.rows(f"SELECT {', '.join(f'`{one}`' for one in texts)} FROM {name}") if texts else []
        ):
            assert made not in str(row), name
    await stage.world.sql("UPDATE api_keys SET key_hash = 'another' WHERE key_hash = :h", h=sha256_hex(made))
    refused = await sent(stage, ask, ask.headers | same)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "API_KEY_SHOWN_ONCE")


async def test_no_value_is_out_of_balance_after_all_that(stage: Stage) -> None:
    found = await stage.world.differences()
    assert not found, found


def another(ask: Ask) -> Ask:
    """Another request that may come under the same key: of an operator for another reason, else about another thing."""
    if "reason" in ask.body:
        return Ask(ask.path, ask.body | {"reason": "another one"}, ask.headers, ask.second)
    elsewhere = {"/LECTURE/": "/BOOK/", "/roulette/": "/dice/", "/lottery/": "/dice/", "/scratch-box/": "/dice/"}
    elsewhere["/dice/"] = "/roulette/"
    part = next(part for part in elsewhere if part in ask.path)
    return Ask(ask.path.replace(part, elsewhere[part]), {}, ask.headers, ask.second)


async def sent(stage: Stage, ask: Ask, headers: dict[str, str]) -> httpx.Response:
    return await stage.world.client.post(ask.path, json=ask.body, headers=headers)


# One question for all tables: how many rows each holds.
COUNTS = " UNION ALL ".join(f"SELECT '{name}', COUNT(*) FROM {name}" for name in metadata.tables)


async def traces(world: World) -> Traces:
    """How many rows every table holds, and how much value the wallets and the prizes."""
    found: Traces = {name: (count,) for name, count in await world.rows(COUNTS)}
    sums: dict[str, Any] = {"wallets": "balance", "prize_stock": "supply"}
    for name, column in sums.items():
        found[name] += tuple((await world.rows(f"SELECT COALESCE(SUM({column}), 0) FROM {name}"))[0])
    return found
