"""`./run demo --host …`: an example host's season, rules and events, so that its last day is today."""

import json
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

from app.cli.rules import apply_rules_file
from app.config.settings import Settings
from app.container import Container
from app.core.time_utils import Clock, FixedClock, kst_date, kst_midnight
from app.domain.host_events import MAX_EVENTS
from app.domain.rules_file import events_by_day, read_rules_file
from app.domain.season_config import SeasonConfig
from app.domain.season_file import read_season_file
from app.flows.ingest_events import EventsCommand, ingest_events
from app.flows.save_season import apply_season
from app.routes.events import read_events
from app.services.audit_service import AdminAct

EXAMPLES = Path(__file__).parents[3] / "examples"
LAST_DAY = 9  # of the event files, the first being day 0
ACT = AdminAct("system:seed", "example host", None)


class ExampleHost(StrEnum):
    """The hosts that stand under examples/."""

    LECTURE = "lecture"
    LMS = "lms"
    VOD = "vod"
    FOCUS = "focus"


async def seed_example(settings: Settings, clock: Clock, host: ExampleHost) -> None:
    """Plays the example into the host main: each day's events at the end of that day. Once: later starts find it."""
    now, folder = clock.now(), EXAMPLES / host
    first_day = kst_date(now) - timedelta(days=LAST_DAY)
    past = FixedClock(kst_midnight(first_day))
    container = Container(settings, clock=past)
    try:
        season = _begun_on(first_day, read_season_file((folder / "season.yaml").read_bytes()).season)
        if await container.house.read(lambda keepers: keepers.season.find_named(season.season_name)) is not None:
            return
        await apply_season(container.house, ACT, season, is_active=True, is_dry_run=False)
        await apply_rules_file(container, ACT, read_rules_file((folder / "rules.yaml").read_bytes()))
        host_id = (await container.authenticator.host("main")).id
        lines = (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()
        for day, events in events_by_day(lines, first_day).items():
            past.set(min(kst_midnight(day + timedelta(days=1)) - timedelta(seconds=1), now))
            for start in range(0, len(events), MAX_EVENTS):
                body = json.dumps({"events": events[start : start + MAX_EVENTS]}).encode()
                items = read_events(body, past.now())
                await ingest_events(container.house, EventsCommand(host_id=host_id, items=items, request_id=None))
    finally:
        await container.close()


def _begun_on(first_day: date, season: SeasonConfig) -> SeasonConfig:
    """The season with other dates, as long as it was."""
    length = season.end_date - season.start_date
    return season.model_copy(update={"start_date": first_day, "end_date": first_day + length})
