"""Another thing under a used id is told: refused with a code, or marked in its result. Never dropped in silence."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.cli.rules import apply_rules_file
from app.core.errors import AppError
from app.core.time_utils import FixedClock
from app.domain.rules_file import RulesFile, read_rules_file
from app.services.audit_service import AdminAct
from tests.fixtures import NOON, fresh_sqlite, settings_for
from tests.routes.no_value import BY_NATURE
from tests.routes.test_value_doors import traces
from tests.routes.used_ids import FREE, KEYS, NAMES, Twice
from tests.routes.value_doors import DOORS, Stage, set_stage
from tests.world import World, key, open_world

NAMING = {"code", "external_id", "new_external_id", "season_name", "name", "feature_type", "issuer", "id"}
# results of one item each: the call succeeds, and the item says what became of it
TOLD = {"ingest_events": ("conflict", "EVENT_CONFLICT"), "make_players": ("known", "nickname_kept")}


@pytest.fixture(scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    url = fresh_sqlite(tmp_path_factory.mktemp("ids") / "dojang.db")
    async with open_world(settings_for(url), FixedClock(NOON)) as world:
        yield await set_stage(world)


def naming_routes(contract: dict[str, Any]) -> Iterator[str]:
    """The writes whose body names something."""
    for operations in contract["paths"].values():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {})
            schema = content.get("application/json", {}).get("schema", {})
            if method != "get" and NAMING & fields_of(contract, schema):
                yield operation["operationId"]


def fields_of(contract: dict[str, Any], schema: dict[str, Any]) -> set[str]:
    if "$ref" in schema:
        return fields_of(contract, contract["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    parts = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
    return {*schema.get("properties", {})}.union(*(fields_of(contract, part) for part in parts))


def test_every_route_that_takes_an_id_of_the_caller_is_walked(stage: Stage) -> None:
    assert stage.world.app is not None
    assert set(KEYS) == set(BY_NATURE), "say in used_ids.py what else may come under the key"
    missing = set(naming_routes(stage.world.app.openapi())) - {*NAMES, *FREE, *DOORS, *KEYS}
    assert missing == set(), "say in used_ids.py what happens when another thing comes under the name"


@pytest.mark.parametrize("name", KEYS)
async def test_another_request_under_a_used_key_is_refused(stage: Stage, name: str) -> None:
    twice, same = await KEYS[name](stage), key()
    assert (await sent(stage, twice, twice.first, same)).is_success
    before = await traces(stage.world)
    refused = await sent(stage, twice, twice.other, same)
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert await traces(stage.world) == before
    free = await sent(stage, twice, twice.other, key())
    assert free.is_success or free.json()["error"]["code"] in ("ALREADY_STAMPED_TODAY", "REWARD_ALREADY_CLAIMED")


@pytest.mark.parametrize("name", NAMES)
async def test_another_thing_under_a_used_name_is_told(stage: Stage, name: str) -> None:
    twice = await NAMES[name](stage)
    first = await sent(stage, twice, twice.first, key())
    assert first.is_success, first.text
    before = await traces(stage.world)
    other = await sent(stage, twice, twice.other, key())
    if name in TOLD:
        [result] = other.json()["results"]
        assert (result["status"], result.get("code") or result.get("reason")) == TOLD[name]
        return
    assert other.status_code in (409, 422, 428), other.text
    assert other.json()["error"]["code"] in (
        "NAME_TAKEN", "VALIDATION_ERROR", "EXTERNAL_ID_TAKEN", "PRECONDITION_REQUIRED",
    ), other.text  # fmt: skip
    if other.status_code == 422:
        assert other.json()["error"]["details"][0]["field"] == "csv.line2", other.text
    assert await traces(stage.world) == before


async def test_a_mailing_is_a_gift_as_a_grant_is_one(stage: Stage) -> None:
    """A ticket's number pays for it once, however an operator gives."""
    asks = [await DOORS[name](stage) for name in ("admin_send_mailing", "admin_grant_tokens")]
    for first, second in (asks, asks[::-1]):
        same = key()
        answers = [
            await stage.world.client.post(ask.path, json=ask.body, headers=ask.headers | same)
            for ask in (first, second)
        ]
        assert answers[0].is_success, answers[0].text
        assert answers[1].json()["error"]["code"] == "IDEMPOTENCY_KEY_REUSED"


@pytest.mark.parametrize(
    ("written", "instead", "field"),
    [
        (b"target: 600", b"target: 900", "missions.0.FOCUS_TEN_HOURS"),
        (b"name_en: Deep worker", b"name_en: Idler", "badges.0.DEEP_WORKER"),
        (
            b"code: FOCUS_MINUTES\n    title:",
            b"code: FOCUS_MINUTES\n    host: main\n    title:",
            "rules.0.FOCUS_MINUTES",
        ),
    ],
    ids=["mission", "badge", "rule of another host"],
)
async def test_a_rules_file_changes_nothing_in_silence(
    sqlite_world: World, written: bytes, instead: bytes, field: str
) -> None:
    raw = (Path(__file__).parents[2] / "examples" / "focus" / "rules.yaml").read_bytes()
    assert written in raw, raw.decode()
    act = AdminAct("cli:test", "test", None)
    await apply_rules_file(sqlite_world.container, act, wanted(raw))
    before = await traces(sqlite_world)
    with pytest.raises(AppError) as refusal:
        await apply_rules_file(sqlite_world.container, act, wanted(raw.replace(written, instead)))
    assert (refusal.value.code, refusal.value.facts["fields"][0]["field"]) == ("NAME_TAKEN", field)
    assert await traces(sqlite_world) == before


def wanted(raw: bytes) -> RulesFile:
    return read_rules_file(raw)


async def sent(stage: Stage, twice: Twice, what: tuple[str, Any], more: dict[str, str]) -> httpx.Response:
    path, body = what
    headers = twice.others if what is twice.other and twice.others else twice.headers
    return await stage.world.client.request(twice.method, path, json=body, headers=headers | more)
