"""A planted secret appears in no log line and no error report."""

import json
from typing import Any

import pytest
import sentry_sdk
import structlog
from sentry_sdk.transport import Transport

from app.core.logging_config import configure_logging
from app.core.time_utils import FixedClock
from tests.fixtures import settings_for
from tests.world import key, open_world

CANARY = "canary-7f3a91-never-to-be-seen"


class Kept(Transport):
    """Keeps what would be sent."""

    envelopes: list[str] = []  # noqa: RUF012 – the SDK makes its own instance

    def capture_envelope(self, envelope: Any) -> None:
        self.envelopes.append(envelope.serialize().decode(errors="replace"))


async def test_a_planted_secret_appears_in_no_log_and_no_report(
    sqlite_url: str, clock: FixedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_for(
        sqlite_url, access_log=True, jwt_secret=f"{CANARY}-{CANARY}", sentry_dsn="https://public@127.0.0.1/1"
    )
    async with open_world(settings, clock) as world:
        sentry_sdk.get_client().transport = Kept()
        player = await world.player("kim", ROULETTE_COIN=1)
        await world.sql("DROP TABLE wallet_ledger")
        headers = player.headers | key() | {"Cookie": f"session={CANARY}", "X-Api-Key": CANARY}
        answer = await world.client.post(f"/api/roulette/play?token={CANARY}", json={}, headers=headers)
        assert answer.status_code == 500
        credentials = {"email": "kim@example.com", "password": CANARY}
        await world.client.post("/api/auth/token", json=credentials, headers=headers)
        token = player.headers["Authorization"].split()[1]
    sentry_sdk.flush()
    logged = capsys.readouterr().err
    assert '"route":"/api/roulette/play"' in logged
    assert Kept.envelopes, "the error was reported"
    for text in (logged, *Kept.envelopes):
        assert CANARY not in text
        assert token not in text
    sentry_sdk.init()


async def test_a_refusal_is_no_error_and_is_not_reported(sqlite_url: str, clock: FixedClock) -> None:
    async with open_world(settings_for(sqlite_url, sentry_dsn="https://public@127.0.0.1/1"), clock) as world:
        Kept.envelopes.clear()
        sentry_sdk.get_client().transport = Kept()
        assert await world.code("GET", "/api/me") == (401, "AUTH_REQUIRED")
        assert not [envelope for envelope in Kept.envelopes if "exception" in envelope]
    sentry_sdk.init()


def test_every_log_line_is_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(settings_for("sqlite+aiosqlite://"))
    structlog.get_logger().info("said", password=CANARY, token_type="POINT", text="줄\n바꿈")
    line = capsys.readouterr().err.strip().splitlines()[-1]
    said = json.loads(line)
    assert (said["password"], said["token_type"], said["text"]) == ("[hidden]", "POINT", "줄\n바꿈")
