"""The ends of every field, at every door: a 4xx with a code, never a 500, and every list can be read afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import StringIO
from random import Random
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli import app as terminal
from app.core.errors import AppError
from app.domain.code_files import read_codes
from app.domain.config_fields import StrictModel, parse_config
from app.domain.season_file import SeasonFile, read_yaml
from app.schemas.common import RequestBody
from tests.hostile.callers import Operation, bearers, operations
from tests.hostile.extremes import EXTREMES, INSTANTS, RAW_EXTREMES, YEARS, example_of, places, put
from tests.hostile.test_every_body import SEED, refusal_of, send, some
from tests.pages.desk import OURS, sit_down
from tests.routes.test_ranges import every_route, models
from tests.world import World, key

MOST_OF_A_ROUTE = 6  # by default; the slow test sends them all
# pages that would end the sign-in of whoever asks
LEAVES = ("/console/sign-out", "/sign-out", "/leave", "/enter")


def bodies(one: Operation, contract: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """A whole body with one place of it at an end of what it can hold."""
    content = one.described.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return
    sound = example_of(content["schema"], contract["components"]["schemas"])
    if not isinstance(sound, dict):
        return
    sound |= one.sound_body
    for place in places(sound):
        for value in EXTREMES:
            yield f"{place}={str(value)[:30]!r}", json.dumps(put(sound, place, value)).encode()
        marked = json.dumps(put(sound, place, "@@"))
        for raw in RAW_EXTREMES:
            yield f"{place}={raw}", marked.replace('"@@"', raw).encode()


async def try_extremes(world: World, most: int | None) -> None:
    who, dice = await bearers(world), Random(SEED)
    assert world.app is not None
    contract = world.app.openapi()
    for one in operations(contract):
        if one.method == "DELETE" or "demo" in one.path:
            continue
        for what, raw in some(bodies(one, contract), dice, most):
            refusal_of(await send(world, one, who[one.bearer], content=raw), f"{one.name}: {what}")
    for one in operations(contract):
        if one.method == "GET":
            answer = await send(world, one, who[one.bearer])
            assert answer.status_code < 500, f"{one.name} after all of that: {answer.text[:300]}"


async def test_some_extremes_of_every_body_are_refused_and_no_list_breaks(sqlite_world: World) -> None:
    await try_extremes(sqlite_world, MOST_OF_A_ROUTE)


@pytest.mark.slow
@pytest.mark.timeout(1_800)
async def test_all_extremes_of_every_body_are_refused_and_no_list_breaks(world: World) -> None:
    await try_extremes(world, None)


async def test_extremes_of_every_query_are_refused(sqlite_world: World) -> None:
    """`since`, `until` and `after` among them: each names itself in the refusal."""
    who = await bearers(sqlite_world)
    assert sqlite_world.app is not None
    for one in operations(sqlite_world.app.openapi()):
        asked = [part for part in one.described.get("parameters", ()) if part["in"] == "query"]
        if one.method != "GET":
            continue
        for part in asked:
            for value in (
                "0001-01-01",
                "9999-12-31T23:59:59-12:00",
                2**63,
                -(2**63),
                "NaN",
                "",
                "x" * 3_000,
                "a\u200b",
            ):
                address = one.address
                answer = await send(sqlite_world, one, who[one.bearer], params={part["name"]: value}, address=address)
                refusal_of(answer, f"{one.name}?{part['name']}={str(value)[:30]}")
                if part["name"] in ("since", "until", "after", "before") and value == "x" * 3_000:
                    fields = json.dumps(answer.json()["error"]["details"])
                    assert answer.status_code == 422 and part["name"] in fields, f"{one.name}: {answer.text[:300]}"


async def test_a_list_refuses_a_filter_that_it_does_not_know(sqlite_world: World) -> None:
    """`?since=yesterday` on a list without `since` would otherwise answer with everything."""
    who = await bearers(sqlite_world)
    assert sqlite_world.app is not None
    for one in operations(sqlite_world.app.openapi()):
        if one.method != "GET" or not one.path.startswith("/api/") or "stream" in one.path:
            continue
        known = {part["name"] for part in one.described.get("parameters", ()) if part["in"] == "query"}
        for name in {"since", "until", "after", "befoer"} - known:
            answer = await send(sqlite_world, one, who[one.bearer], params={name: "yesterday"})
            assert answer.status_code in (410, 422), f"{one.name}?{name}: {answer.status_code}"
            fields = json.dumps(answer.json()["error"]["details"])
            assert answer.status_code == 410 or name in fields, f"{one.name}: {answer.text[:300]}"


@pytest.mark.parametrize("role", ["admin"])
async def test_extremes_of_every_form_are_refused(sqlite_world: World, role: str) -> None:
    world = sqlite_world
    await sit_down(world, role)
    assert world.app is not None
    dice = Random(SEED)
    routes = [route for route in every_route(world.app.routes) if route.path.startswith("/console")]
    for route in routes:
        if "POST" not in (route.methods or ()) or route.path.startswith(LEAVES):
            continue
        names = [field.alias for field in route.dependant.body_params] or ["reason", "code", "start_date", "units"]
        path = route.path
        for part in route.dependant.path_params:
            path = path.replace("{" + part.name + "}", "1").replace("{" + part.name + ":path}", "1")
        for name in names:
            for value in dice.sample((*YEARS, *INSTANTS, str(2**63), str(-(2**63)), "NaN", "", "x" * 20_000), 4):
                sound = dict.fromkeys(names, "1") | {"reason": "a test", "version": "1", name: value}
                answer = await world.client.post(path, data=sound, headers=OURS | key())
                assert answer.status_code < 500, f"{path} {name}={value[:30]}: {answer.text[:500]}"


async def test_no_console_page_fails_on_extremes_in_its_address(sqlite_world: World) -> None:
    world = sqlite_world
    await sit_down(world)
    assert world.app is not None
    for route in every_route(world.app.routes):
        if "GET" not in (route.methods or ()) or not route.path.startswith("/console") or "stream" in route.path:
            continue
        path = route.path
        for part in route.dependant.path_params:
            path = path.replace("{" + part.name + "}", "1").replace("{" + part.name + ":path}", "1")
        for field in route.dependant.query_params:
            for value in (*YEARS, *INSTANTS, str(2**63), "NaN", "", "x" * 3_000):
                answer = await world.client.get(path, params={field.alias: value})
                assert answer.status_code < 500, f"{path}?{field.alias}={value[:30]}: {answer.text[:500]}"


def test_every_document_refuses_extremes_by_field_wherever_it_is_read() -> None:
    """From a dict or YAML there are values that JSON has not: days, instants, NaN, half a character."""
    ends = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    odd = (float("nan"), float("inf"), "\ud800", date.min, date.max, *ends, 2**70)
    count = 0
    for model in {*models(RequestBody), *models(StrictModel)}:
        schema = model.model_json_schema()
        sound = example_of(schema, schema.get("$defs", {}))
        for place in list(places(sound))[:40]:
            for value in (*EXTREMES, *odd):
                count += 1
                wrong = put(sound, place, value)
                try:
                    parsed = parse_config(model, wrong, "VALIDATION_ERROR")
                except AppError:
                    continue
                stored = parsed.model_dump_json()  # whatever passes can be stored and read again
                assert "NaN" not in stored and "\\ud800" not in stored, f"{model.__name__} {place}"
    assert count > 10_000


@pytest.mark.parametrize("expiry", [*YEARS, *INSTANTS[:2], "9999-12-31T23:59:59.999999+00:00", "x" * 500, "NaN"])
def test_an_expiry_beyond_the_calendar_is_refused_at_its_line(expiry: str) -> None:
    with pytest.raises(AppError) as refused:
        read_codes(StringIO(f"code,expires_at\nAAA-1,2026-01-31\nAAA-2,{expiry}\n"))
    assert refused.value.facts["fields"][0]["field"] == "csv.line3"


def test_a_season_file_with_extremes_is_refused_by_field() -> None:
    for text in ('"\\ud800"', ".nan", ".inf", "99999999999999999999999", "0001-01-01", "9999-12-31"):
        raw = f"format: dojang.season/1\nis_active: {text}\nseason:\n  season_name: {text}\n  start_date: {text}\n"
        with pytest.raises(AppError) as refused:
            parse_config(SeasonFile, read_yaml(raw.encode()), "VALIDATION_ERROR")
        assert refused.value.code == "VALIDATION_ERROR"


@pytest.mark.parametrize("text", ["x" * 5_000, "\ud800", "a\x00b"])
def test_an_argument_that_is_no_text_is_refused_at_the_terminal(text: str) -> None:
    said = CliRunner().invoke(terminal, ["ops", "jobs", "run", text, "--reason", "a test"])
    assert said.exit_code == 2


async def test_rows_that_are_wrong_already_do_not_take_their_list_with_them(world: World) -> None:
    """Plain SQL, or a version before this one, could write what no door lets through now."""
    who = await bearers(world)
    admin = who["admin"]
    body = {"code": "COFFEE", "name": "coffee", "reason": "a test"}
    await world.ok("POST", "/api/admin/coupons/pools", json=body, headers=admin)
    codes = {"csv": "code,expires_at\nA-1,2026-01-31\nA-2,2026-01-31\n", "reason": "a test"}
    await world.ok("POST", "/api/admin/coupons/pools/COFFEE/upload", json=codes, headers=admin | key())
    promo = {
        "code": "RUSH", "title_ko": "선착순", "title_en": "Rush", "kind": "SHARED", "shared_code": "RUSH-1",
        "opens_at": "2025-12-01T00:00:00+09:00", "rewards": [{"reward_type": "POINT", "reward_amount": 1}],
        "reason": "a test",
    }  # fmt: skip
    await world.ok("POST", "/api/admin/promotions", json=promo, headers=admin | key())
    for bad in ("0001-01-01 00:00:00.000000", "9999-12-31 23:59:59.999999"):
        await world.sql("UPDATE coupon_codes SET expires_at = :bad", bad=bad)
        await world.sql("UPDATE promo_campaigns SET closes_at = :bad", bad=bad)
        for path in ("/api/admin/coupons/pools/COFFEE/codes", "/api/admin/coupons/pools", "/api/admin/promotions"):
            await world.ok("GET", path, headers=admin)
        answer = await world.client.get("/api/admin/coupons/pools/COFFEE/codes.csv", headers=admin)
        assert answer.status_code == 200, answer.text
        for path in ("/api/promotions/RUSH", "/api/rewards", "/api/inbox"):
            answer = await world.client.get(path, headers=who["player"])
            assert answer.status_code < 500, f"{path}: {answer.text}"
