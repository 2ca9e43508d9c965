"""The row of host events: calls of 1,000, two rules each."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from app.container import Container
from app.core.auth import HOST, Principal
from app.core.tokens import TokenKeys
from app.domain.rule_config import RuleConfig
from app.flows.save_rule import activate_rule, create_rule
from app.services.audit_service import AdminAct
from tests.bench import seed
from tests.bench.floors.events import ADDED
from tests.bench.ingest import EVENT_TYPE, EVENTS
from tests.bench.row import Row, Sample, ratio
from tests.bench.stage import Place, Stage, run_program

CALLS = 6  # a round
RULES: dict[str, dict[str, Any]] = {
    "LESSON_XP": {"cap_per_day": 100_000, "effects": [{"kind": "XP", "amount": 1}]},
    "LESSON_POINTS": {
        "once_per": ["data.lesson"],
        "when": [{"field": "data.minutes", "op": "gte", "value": 20}],
        "effects": [{"kind": "REWARD", "reward_type": "POINT", "reward_amount": 10}],
    },
}


def add_rules(place: Place) -> None:
    async def work() -> None:
        container, act = Container(place.settings), AdminAct("bench", "bench", None)
        try:
            for code, config in RULES.items():
                rule = RuleConfig.model_validate({"event_types": [EVENT_TYPE], **config})
                await create_rule(container.house, act, code=code, title=code, host=None, config=rule)
                await activate_rule(container.house, act, code, 1)
        finally:
            await container.close()

    asyncio.run(work())


def counts(place: Place) -> dict[str, int]:
    """How many rows each table has that grows with events."""
    with seed.connection(place.settings.database_url) as db:
        return {table: db.execute(text(f"SELECT COUNT(*) FROM {table}")).scalar_one() for table in ADDED}


def events(stage: Stage) -> Sample:
    place = stage.place("events", prepare=add_rules)
    api = stage.api(place)
    keys = TokenKeys.from_settings(place.settings)
    now = keys.now()
    host = Principal("main", frozenset({HOST}), "main", issued_at=now, expires_at=now + timedelta(hours=12))
    first = stage.take_numbers(CALLS * EVENTS).start
    plan = {"port": api.port, "token": keys.sign(host), "calls": CALLS, "first": first, "players": seed.PLAYERS}
    before, cpu, database = counts(place), api.cpu_seconds(), stage.database_seconds()
    figures = run_program("tests.bench.ingest", json.dumps(plan))
    sample = Sample.of(figures, api=api.cpu_seconds() - cpu, database=stage.database_seconds() - database)
    after = counts(place)
    stage.notes["events_added"] = {table: after[table] - before[table] for table in after}
    return sample


def floor(stage: Stage) -> Sample:
    """The rows of the round before."""
    place = stage.place("events", prepare=add_rules)
    plan = {"port": stage.mariadb.port, "database": place.name, "calls": CALLS, "added": stage.notes["events_added"]}
    return stage.floor("events", plan)


def events_row() -> Row:
    return Row(
        name="events_1000",
        title="events, 1,000 a call, two rules each",
        run=events,
        floor=floor,
        floor_title="multi-row INSERT of the same rows",
        targets=[ratio(0.25, 0.5)],
    )
