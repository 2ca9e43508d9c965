"""Many players with keys, written in bulk, and what their settlement must come to by arithmetic alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, create_engine, text

from app.config.settings import Settings
from app.container import open_house
from app.core.time_utils import SystemClock, kst_date, kst_midnight
from app.db.schema import upgrade_to_head
from app.domain.reference import reference_season
from app.domain.season_config import SeasonConfig
from app.flows.seed_reference import seed_reference
from tests.bridge.campaigns import CODE, campaign, open_campaign
from tests.fixtures import sync_url
from tests.planting import noted

POINTS = 5_000
CHUNK = 100_000  # rows a statement


@dataclass(frozen=True, slots=True)
class Expected:
    """Of players 1 … n every tenth has six keys, and every seventeenth of the others is blocked."""

    players: int

    @property
    def six(self) -> int:
        return self.players // 10

    @property
    def blocked(self) -> int:
        return sum(1 for n in range(1, self.players + 1) if n % 17 == 0 and n % 10)

    @property
    def paid(self) -> int:
        return self.players - self.six - self.blocked


async def prepare(settings: Settings, players: int) -> Expected:
    """A migrated database in which a campaign of last week is due, with a season that runs today."""
    upgrade_to_head(settings.database_url)
    house = open_house(settings, clock=SystemClock())
    now = house.clock.now()
    today = kst_date(now)
    try:
        await seed_reference(house)
        config = SeasonConfig.model_validate(
            reference_season("NEW", today - timedelta(days=2), today + timedelta(days=9))
        )
        await noted(house, "season:{}", lambda k: k.season.add(config, is_active=True, now=now))
        start = today - timedelta(days=7)
        await open_campaign(house, campaign(start_date=start, settles_at=kst_midnight(today)))
    finally:
        await house.database.dispose()
    with connection(settings.database_url) as db:
        add_players(db, players)
    return Expected(players)


def add_players(db: Connection, players: int) -> None:
    """MariaDB only: its tables of numbers make a million rows in seconds."""
    campaign_id = db.execute(text("SELECT id FROM bridge_campaigns WHERE code = :code"), {"code": CODE}).scalar_one()
    for start in range(1, players + 1, CHUNK):
        several = f"seq_{start}_to_{min(start + CHUNK - 1, players)}"
        keys = "IF(seq % 10 = 0, 6, 7)"
        db.execute(
            text(
                "INSERT INTO user_profiles (id, host_id, external_id, is_blocked, event_key_count,"
                " event_pending_points, version, created_at) SELECT seq, (SELECT MIN(id) FROM hosts),"
                f" CONCAT('p-', seq), seq % 17 = 0 AND seq % 10 <> 0, {keys}, {keys} * {POINTS}, 1,"
                f" '2025-01-01 00:00:00' FROM {several}"
            )
        )
        db.execute(
            text(
                "INSERT INTO bridge_keys (campaign_id, user_id, event_type, day, key_date, points, cause, created_at)"
                f" SELECT :campaign, p.seq, s.event_type, s.day, s.slot_date, {POINTS}, 'SEED', '2025-01-01 00:00:00'"
                f" FROM {several} p JOIN bridge_slots s ON s.campaign_id = :campaign"
                " WHERE s.day <= IF(p.seq % 10 = 0, 6, 7)"
            ),
            {"campaign": campaign_id},
        )


def require_exact(db: Connection, expected: Expected) -> None:
    """Every player settled once, the points and levels of those who are due, and nothing left."""

    def one(sql: str) -> tuple[int, ...]:
        return tuple(int(value) for value in db.execute(text(sql)).one())

    assert one("SELECT COUNT(*), COALESCE(SUM(balance), 0) FROM wallets WHERE token_type = 'POINT'") == (
        expected.paid, expected.paid * 7 * POINTS,
    )  # fmt: skip
    assert one("SELECT COUNT(*), COALESCE(SUM(delta), 0) FROM wallet_ledger WHERE reason = 'BRIDGE_POINTS'") == (
        expected.paid, expected.paid * 7 * POINTS,
    )  # fmt: skip
    assert one("SELECT COUNT(*), SUM(current_level = 1), SUM(current_xp) FROM season_progress") == (
        expected.paid, expected.paid, expected.paid * 20,
    )  # fmt: skip
    assert one("SELECT COUNT(*) FROM season_claims") == (expected.paid,)
    assert one("SELECT COUNT(*), COALESCE(SUM(balance), 0) FROM wallets WHERE token_type = 'ROULETTE_COIN'") == (
        expected.paid, expected.paid,
    )  # fmt: skip
    assert one("SELECT COUNT(*), SUM(outcome = 'PAID'), SUM(outcome = 'BLOCKED') FROM bridge_settlements") == (
        expected.players, expected.paid, expected.blocked,
    )  # fmt: skip
    assert one("SELECT SUM(event_key_count), SUM(event_pending_points) FROM user_profiles") == (0, 0)
    assert one("SELECT seen_count, done_count, done_sum FROM job_runs WHERE job = 'bridge_settlement'") == (
        expected.players, expected.paid, expected.paid * 7 * POINTS,
    )  # fmt: skip


@contextmanager
def connection(url: str) -> Iterator[Connection]:
    """A plain blocking connection; each statement commits by itself."""
    engine = create_engine(sync_url(url), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as opened:
            yield opened
    finally:
        engine.dispose()
