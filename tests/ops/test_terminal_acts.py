"""What moves value from a terminal: a gift with the limits of the API, a bridge settled by its day."""

import asyncio
import json
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.cli import app
from app.cli.environment import OFFSET_FILE
from app.core.time_utils import FixedClock, SystemClock
from tests.bridge.campaigns import CODE, collect_all, kst, open_reference
from tests.db.databases import ask
from tests.fixtures import NOON, demo_data
from tests.world import World, open_world

BALANCES = "SELECT token_type, balance FROM wallets ORDER BY 1"


class Terminal:
    """A shell beside a service on SQLite."""

    def __init__(self, data: Path) -> None:
        self.data, self.settings = data, demo_data(data)

    def before(self, live: object) -> None:
        """What happened before, at noon of the season's second day and later."""

        async def past() -> None:
            async with open_world(self.settings, FixedClock(NOON)) as world:
                await live(world)  # type: ignore[operator]

        asyncio.run(past())

    def set_clock(self, at: datetime) -> None:
        (self.data / OFFSET_FILE).write_text(str((at - SystemClock().now()).total_seconds()))

    def ops(self, *words: str) -> Result:
        return CliRunner().invoke(app, ["ops", *words, "--data", str(self.data)])

    def rows(self, question: str) -> list[tuple[object, ...]]:
        return ask(self.settings.database_url, question)


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


async def kim_comes(world: World) -> None:
    await world.player("kim")


def test_a_gift_at_a_terminal_is_given_once_for_its_key_and_audited(terminal: Terminal) -> None:
    terminal.before(kim_comes)
    gift = ("grant", "--player", "kim", "--token", "ROULETTE_COIN", "--amount", "3", "--reason", "ticket 4711")
    for _ in range(2):
        given = terminal.ops(*gift, "--key", "ticket-4711", "--json")
        assert json.loads(given.stdout)["balance"] == 3, given.output
    assert (forgotten := terminal.ops(*gift)).exit_code == 2 and "--key" in forgotten.output
    assert terminal.ops(*gift, "--key", "ticket-4711-more").stdout.startswith(
        "GRANTED: kim has 6 ROULETTE_COIN (ADMIN:"
    )
    assert (
        terminal.rows("SELECT actor, reason FROM admin_audit_log WHERE action = 'WALLET_GRANTED'")
        == [("cli", "ticket 4711")] * 2
    )
    assert (checked := terminal.ops("reconcile")).exit_code == 0, checked.output


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("--player kim --token ROULETTE_COIN --amount 4 --key used", (1, "IDEMPOTENCY_KEY_REUSED")),
        ("--player nobody --token ROULETTE_COIN --amount 3 --key k", (1, "USER_NOT_FOUND")),
        ("--player kim --token GOLD --amount 3 --key k", (1, "VALIDATION_ERROR")),
        ("--player kim --token ROULETTE_COIN --amount 1000000000 --key k", (1, "VALIDATION_ERROR")),
        ("--player kim --token ROULETTE_COIN --amount 0 --key k", (2, "--amount")),
        ("--player kim --token ROULETTE_COIN --amount 3 --key 열쇠", (2, "ASCII")),
    ],
)
def test_a_gift_that_may_not_be_gives_nothing(terminal: Terminal, words: str, answer: tuple[int, str]) -> None:
    terminal.before(kim_comes)
    why = ("--reason", "a test")
    terminal.ops("grant", "--player", "kim", "--token", "DICE_TOKEN", "--amount", "1", "--key", "used", *why)
    refused = terminal.ops("grant", *words.split(), *why)
    assert (refused.exit_code, answer[1] in refused.output) == (answer[0], True), refused.output
    assert terminal.rows(BALANCES) == [("DICE_TOKEN", 1)]


def test_a_bridge_is_settled_by_its_day_once(terminal: Terminal) -> None:
    async def seven_keys(world: World) -> None:
        await open_reference(world)
        await collect_all(world, await world.player("kim", ROULETTE_COIN=20))

    terminal.before(seven_keys)
    terminal.set_clock(kst(1, 1, 9))
    assert "no campaign settles on 2026-01-02" in terminal.ops("settle-bridge", "--date", "2026-01-02").output
    assert terminal.ops("settle-bridge", "--date", "2026-01-01", "--campaign", CODE).exit_code == 2
    promised = json.loads(terminal.ops("settle-bridge", "--date", "2026-01-01", "--dry-run", "--json").stdout)
    assert (promised["campaign"], promised["will_pay"], promised["will_pay_points"]) == (CODE, 1, 35_000)
    paid = [json.loads(terminal.ops("settle-bridge", "--json").stdout) for _ in range(2)]
    assert [(run["new"], run["paid"], run["points"]) for run in paid] == [(1, 1, 35_000), (0, 1, 35_000)]
    paid_once = "SELECT SUM(delta) FROM wallet_ledger WHERE reason = 'BRIDGE_POINTS'"
    assert terminal.rows(paid_once) == [(35_000,)]
    assert (checked := terminal.ops("reconcile")).exit_code == 0, checked.output
