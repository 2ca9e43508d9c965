"""A link signs an operator in with the scopes they have: making one raises nobody."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.core.errors import AppError
from app.flows.sign_in_link import issue_sign_in_link
from tests.fixtures import demo_data
from tests.world import World

ADMIN, SUPPORT = frozenset({"admin"}), frozenset({"support"})


async def scopes(world: World) -> list[tuple[str, str]]:
    return [
        (login, " ".join(sorted(held.split()))) for login, held in await world.rows("SELECT login, scopes FROM staff")
    ]


async def link(world: World, login: str, *wanted: str) -> str:
    return await issue_sign_in_link(world.house, world.container.keys, login=login, scopes=frozenset(wanted))


async def test_a_link_raises_nobody_and_says_how_it_is_done(world: World) -> None:
    await link(world, "kim", "support")
    assert await scopes(world) == [("kim", "support")]
    for wanted in ((), ("support",)):
        assert await link(world, "kim", *wanted)
    for wanted in (("admin",), ("support", "ops")):
        with pytest.raises(AppError) as refusal:
            await link(world, "kim", *wanted)
        assert refusal.value.code == "VALIDATION_ERROR"
        assert "kim has support" in str(refusal.value.facts["fields"])
        assert "ops staff create" in str(refusal.value.facts["fields"])
    with pytest.raises(AppError) as refusal:
        await link(world, "lee")
    assert "lee is new" in str(refusal.value.facts["fields"])
    assert await scopes(world) == [("kim", "support")]
    acts = [
        action
        for (action,) in await world.rows("SELECT action FROM admin_audit_log WHERE actor <> 'system:seed' ORDER BY id")
    ]
    assert [one for one in acts if one.startswith("S")] == ["STAFF_ADDED", *["SIGN_IN_LINK_ISSUED"] * 3]


def test_the_command_raises_nobody_by_default(tmp_path: Path) -> None:
    demo_data(tmp_path)

    def run(*words: str) -> tuple[int, str]:
        ended = CliRunner().invoke(app, ["ops", *words, "--data", str(tmp_path)])
        return ended.exit_code, ended.output

    assert run("sign-in-link", "--login", "kim", "--scope", "support")[0] == 0
    code, said = run("sign-in-link", "--login", "kim")
    assert (code, "/console/enter?key=" in said) == (0, True)
    for words in (("--login", "kim", "--scope", "admin"), ("--login", "nobody")):
        code, said = run("sign-in-link", *words)
        assert (code != 0, "scope" in said, "Traceback" in said, "key=" in said) == (True, True, False, False), said
    listed = json.loads(run("staff", "list", "--json")[1])
    assert [(one["login"], one["scopes"]) for one in listed] == [("kim", ["support"])]
