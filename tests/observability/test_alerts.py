"""Every rule fires when its condition is caused, and is silent on a service that is well."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import yaml
from prometheus_client import generate_latest

from app.batches.scheduler import JOBS_BY_NAME, tick
from app.core.metrics import AT_SCRAPE
from app.core.time_utils import FixedClock
from app.db.cache import Cache
from app.db.session import make_engines
from app.db.transaction import Database
from app.flows.vital_signs import note_vital_signs
from app.services import House
from tests.architecture.house import ROOT
from tests.docs.reading import headings
from tests.fixtures import settings_for
from tests.observability.promql import Query, Sample, scrape
from tests.ports import free_port
from tests.world import World, key

RULES_FILE = ROOT / "docker" / "observability" / "alerts.yml"
RULES: dict[str, dict[str, Any]] = {
    rule["alert"]: rule for group in yaml.safe_load(RULES_FILE.read_text())["groups"] for rule in group["rules"]
}
HEADS = {
    "runbook": ["뜻", "볼 것", "할 일", "되돌리기", "플레이어에게"],
    "runbook_en": ["Meaning", "Look at", "Do", "Undo", "Tell players"],
}
PLAY = "/api/roulette/play"
# what Prometheus itself adds
UP = Sample("up", {"job": "dojang-api", "instance": "api:8000"}, 1.0)
Cause = Callable[[World], Awaitable[list[Sample]]]


# of what a test process has counted so far the rules read little
EXPRESSIONS = " ".join(rule["expr"] for rule in RULES.values())
READ = set(re.findall(r"dojang_[a-z_]+?(?=_total|_bucket|_count|_sum|\b)", EXPRESSIONS))


async def look(world: World) -> list[Sample]:
    """What the rules see."""
    lines = (await world.metrics()).splitlines(keepends=True)
    return [*scrape("".join(line for line in lines if any(name in line for name in READ))), UP]


async def look_at_all(world: World) -> list[Sample]:
    return [*scrape(await world.metrics()), UP]


async def reconciled(world: World) -> None:
    await tick(world.container, JOBS_BY_NAME["reconcile"], "test", lambda: True)


async def unexplained_balance(world: World) -> list[Sample]:
    await world.player("tampered", ROULETTE_COIN=1)
    await world.sql("UPDATE wallets SET balance = balance + 1")
    world.clock.advance(minutes=10)
    await reconciled(world)
    return await look(world)


async def old_reconcile(world: World) -> list[Sample]:
    world.clock.advance(minutes=31)
    return await look(world)


async def dead_process(world: World) -> list[Sample]:
    return [UP._replace(value=0.0)]


async def lost_database(world: World) -> list[Sample]:
    settings = settings_for(f"mysql+aiomysql://dojang:p@127.0.0.1:{free_port()}/dojang", db_budget_seconds=0.5)
    database = Database(make_engines(settings), budget_seconds=settings.db_budget_seconds)
    await note_vital_signs(House(database, world.clock, world.house.draw, settings))
    await database.dispose()
    return scrape(generate_latest(AT_SCRAPE).decode())


async def other_schema(world: World) -> list[Sample]:
    await world.sql("UPDATE alembic_version SET version_num = 'another'")
    return await look(world)


async def broken_table(world: World) -> list[Sample]:
    player = await world.player("unlucky")
    await world.sql("ALTER TABLE wallets RENAME TO lost")
    for _ in range(5):
        assert (await world.client.get("/api/me", headers=player.headers)).status_code >= 500
    return await look(world)


async def held_database(world: World) -> list[Sample]:
    """Somebody holds the one connection that writes; players wait for it."""
    player = await world.player("patient", ROULETTE_COIN=1)
    has_it, may_go = asyncio.Event(), asyncio.Event()

    async def hold(_: object) -> None:
        has_it.set()
        await may_go.wait()

    holding = asyncio.create_task(world.house.write(hold))
    await has_it.wait()
    playing = asyncio.create_task(world.client.post(PLAY, headers=player.headers | key()))
    meanwhile = [sample for sample in await look(world) if sample.name.startswith("dojang_db_pool")]
    await asyncio.sleep(0.7)
    may_go.set()
    await holding
    assert (await playing).status_code == 200
    after = [sample for sample in await look(world) if not sample.name.startswith("dojang_db_pool")]
    return meanwhile + after


async def lost_redis(world: World) -> list[Sample]:
    world.container.cache = Cache(f"redis://127.0.0.1:{free_port()}/0")
    return await look(world)


async def silent_worker(world: World) -> list[Sample]:
    await world.sql("UPDATE job_runs SET touched_at = '2025-01-01 00:00:00.000000'")
    return await look(world)


async def failed_run(world: World) -> list[Sample]:
    await world.sql("UPDATE job_runs SET status = 'FAILED'")
    return await look(world)


async def standing_run(world: World) -> list[Sample]:
    at = "'2025-12-10 02:50:00.000000'"
    await world.sql(f"UPDATE job_runs SET status = 'RUNNING', moved_at = {at}, touched_at = {at}")
    return await look(world)


async def waiting_outbox(world: World) -> list[Sample]:
    columns = "id, topic, user_id, payload, attempts, next_at, created_at"
    at = "'2025-12-10 02:50:00.000000'"
    await world.sql(f"INSERT INTO outbox ({columns}) VALUES ('o-1', 't', 1, '{{}}', 0, {at}, {at})")
    return await look(world)


async def dead_webhook(world: World) -> list[Sample]:
    at = "'2025-12-10 02:50:00.000000'"
    await world.sql(
        "INSERT INTO webhook_endpoints"
        " (id, host_id, name, url, topics, secret, is_active, version, created_at, updated_at)"
        f" SELECT 1, MIN(id), 'n', 'https://h.example', '[]', 's', 1, 1, {at}, {at} FROM hosts"
    )
    await world.sql(
        "INSERT INTO webhook_deliveries"
        " (endpoint_id, message_id, topic, body, state, attempts, retry_no, leased_until, created_at)"
        f" VALUES (1, 'm', 't', '{{}}', 'DEAD', 9, 9, {at}, {at})"
    )
    return await look(world)


CAUSES: dict[str, Cause] = {
    "LedgerDifference": unexplained_balance,
    "ReconcileLate": old_reconcile,
    "Alarm": unexplained_balance,
    "ProcessDown": dead_process,
    "DatabaseDown": lost_database,
    "SchemaMismatch": other_schema,
    "ServerErrors": broken_table,
    "SlowAnswers": held_database,
    "SlowTransactions": held_database,
    "PoolExhausted": held_database,
    "RedisDown": lost_redis,
    "WorkerQuiet": silent_worker,
    "JobFailed": failed_run,
    "JobStuck": standing_run,
    "OutboxLate": waiting_outbox,
    "WebhooksGivenUp": dead_webhook,
}


def test_every_rule_has_its_cause() -> None:
    assert set(CAUSES) == set(RULES)


@pytest.mark.parametrize("alert", sorted(CAUSES))
async def test_a_rule_fires_when_its_condition_is_caused_and_not_before(
    alert: str, sqlite_world: World, clock: FixedClock
) -> None:
    await reconciled(sqlite_world)
    before = await look(sqlite_world)
    rule = Query(RULES[alert]["expr"])
    assert rule.on(before) == {}, "silent on a service that is well"
    assert rule.on(await CAUSES[alert](sqlite_world), before) != {}


@pytest.mark.parametrize("alert", sorted(RULES))
def test_a_rule_says_what_it_means_how_bad_it_is_and_where_to_read_on(alert: str) -> None:
    rule = RULES[alert]
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"]
    words = "-".join(re.findall("[A-Z][a-z]+", alert)).lower()
    assert rule["annotations"]["runbook"] == f"docs/runbook/alerts/{words}.ko.md", "Korean first"
    assert rule["annotations"]["runbook_en"] == f"docs/runbook/alerts/{words}.md"
    for annotation, heads in HEADS.items():
        page = ROOT / rule["annotations"][annotation]
        assert [head for level, head in headings(page) if level == 2] == heads, page.name


def test_no_page_of_the_runbook_is_for_an_alert_that_is_gone() -> None:
    pages = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs" / "runbook" / "alerts").glob("*.md")}
    assert pages == {rule["annotations"][annotation] for rule in RULES.values() for annotation in HEADS}
