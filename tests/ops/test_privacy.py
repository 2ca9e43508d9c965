"""A person can be told everything and be erased; the value that they moved stays explained."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.core.errors import AppError
from app.core.names import is_external_id, is_nickname
from app.domain.privacy import DECISIONS, is_pseudonym, pseudonym
from app.flows.authenticate import PLAYERS_FRESH
from app.flows.erase_player import erase_player
from app.flows.export_player import export_player
from app.models import metadata
from app.services.audit_service import AdminAct
from app.services.privacy_service import CLEAN
from tests.events.host import event, send
from tests.fixtures import demo_data
from tests.identity.door import Door, bearer
from tests.planting import noted
from tests.world import World, key

ACT = AdminAct("cli:kim", "asked for it", None)
NAME, NICKNAME, NOTE = "kim-7zq3wx@school.example", "하늘이", "wrote-7zq3wx"
# which columns say whose a row is, beside user_id
OTHER_OWNERS = {"teams": "created_by", "idempotency_keys": "actor", "admin_audit_log": "target"}


@pytest.fixture
async def lived(door: Door) -> AsyncIterator[Door]:
    """A player who signed in, played, was given something, and of whom a host told."""
    world = door.world
    session = await door.sign_in(NAME, NICKNAME)
    headers = bearer(session["access_token"])
    user_id = session["user"]["id"]
    admin = await world.token("admin", "admin")
    gift = {"user_id": user_id, "token_type": "ROULETTE_COIN", "amount": 3, "reason": "a test needs it"}
    await world.ok("POST", "/api/admin/wallets/grant", json=gift, headers=admin | key())
    await world.ok("POST", "/api/roulette/play", headers=headers | key())
    await world.ok("POST", "/api/season-pass/stamp", headers=headers | key())
    await send(world, event(1, "note.taken", NAME, note=NOTE))
    await world.client.post(
        "/api/events", json={"events": [event(2, "note.taken", NAME, time="never")]}, headers=await door.api_key()
    )
    await world.sql(
        "INSERT INTO webhook_endpoints (id, host_id, name, url, topics, secret, is_active, version, created_at,"
        " updated_at) SELECT 1, MIN(id), 'e', 'https://e.example', '[]', 'whsec_x', 0, 1, '2025-12-10 00:00:00.000000',"
        " '2025-12-10 00:00:00.000000' FROM hosts"
    )
    await noted(world.house, "webhook:1", lambda keepers: keepers.webhook.sending_to(1))
    body = json.dumps({"type": "t", "data": {"external_id": NAME, "user_id": user_id}}, separators=(",", ":"))
    await world.sql(
        "INSERT INTO webhook_deliveries (id, endpoint_id, message_id, topic, user_id, body, state, attempts, retry_no,"
        " leased_until, created_at, finished_at) VALUES (1, 1, 'm', 't', :u, :b, 'DELIVERED', 1, 0,"
        " '2025-12-10 00:00:00.000000', '2025-12-10 00:00:00.000000', '2025-12-10 00:00:00.000000')",
        u=user_id,
        b=body,
    )
    await world.sql(
        "INSERT INTO webhook_attempts (delivery_id, attempt_no, status, answer, duration_ms, created_at)"
        " VALUES (1, 1, 200, :a, 1, '2025-12-10 00:00:00.000000')",
        a=f"thanks, {NICKNAME}",
    )
    yield door


async def the_player(door: Door) -> int:
    [(user_id,)] = await door.world.rows("SELECT id FROM user_profiles WHERE external_id = :n", n=NAME)
    return int(user_id)


async def erase(door: Door, user_id: int) -> dict[str, int] | None:
    return await erase_player(door.house, ACT, user_id, tokens_now=door.wall.now())


async def everything(world: World) -> str:
    """Every text of every table."""
    return "\n".join([str(await world.rows(f"SELECT * FROM {table}")) for table in metadata.tables])


def test_every_table_that_says_whose_a_row_is_has_a_decision() -> None:
    """A new table needs one in domain/privacy.py: may it be told, and what does erasing take away?"""
    named = {name for name, table in metadata.tables.items() if "user_id" in table.columns}
    refers = {
        name
        for name, table in metadata.tables.items()
        for foreign in table.foreign_keys
        if foreign.column.table.name == "user_profiles"
    }
    linked = {"user_profiles", "webhook_attempts", "rejected_events", *OTHER_OWNERS}
    assert set(DECISIONS) == named | refers | linked
    assert [name for name, decision in DECISIONS.items() if not decision.cleaned and not decision.why] == []
    in_code = {"user_profiles", "webhook_deliveries", "idempotency_keys", "rejected_events", "teams"}
    assert {name for name, decision in DECISIONS.items() if decision.cleaned} == set(CLEAN) | in_code


def test_nobody_can_be_named_like_somebody_erased() -> None:
    assert is_pseudonym(pseudonym(7))
    assert not is_external_id(pseudonym(7))
    assert not is_nickname(pseudonym(7))
    assert not is_pseudonym("erased:7")


async def test_an_export_holds_every_row_of_the_person_and_no_secret(lived: Door) -> None:
    user_id = await the_player(lived)
    told = await export_player(lived.house, ACT, user_id)
    tables = told["tables"]
    assert tables["user_profiles"][0]["nickname"] == NICKNAME
    assert tables["host_events"][0]["data"] == {"note": NOTE}
    assert tables["wallet_ledger"][0]["created_at"].endswith("+09:00")
    for name, decision in DECISIONS.items():
        if decision.is_told and decision.theirs == "user_id = ?":
            [(rows,)] = await lived.world.rows(f"SELECT COUNT(*) FROM {name} WHERE user_id = :u", u=user_id)
            assert len(tables.get(name, ())) == rows, name
    text = json.dumps(told, default=str)
    [(token_hash,)] = await lived.world.rows("SELECT token_hash FROM refresh_tokens WHERE user_id = :u", u=user_id)
    assert token_hash not in text
    acts = "SELECT reason FROM admin_audit_log WHERE action = 'PLAYER_EXPORTED' AND target = :t"
    assert await lived.world.rows(acts, t=f"player:{user_id}") == [("asked for it",)]
    with pytest.raises(AppError, match="USER_NOT_FOUND"):
        await export_player(lived.house, ACT, 999_999)


async def test_nothing_that_names_an_erased_person_is_left_and_their_value_is_whole(lived: Door) -> None:
    world, user_id = lived.world, await the_player(lived)
    kept = [name for name, decision in DECISIONS.items() if not decision.cleaned and name != "admin_audit_log"]
    before = {name: await world.rows(f"SELECT * FROM {name}") for name in kept}
    before_all = await everything(world)
    assert all(word in before_all for word in (NAME, NICKNAME, NOTE))
    counts = await erase(lived, user_id)
    assert counts is not None
    assert {"host_events", "refresh_tokens", "rejected_events", "webhook_deliveries", "webhook_attempts"} <= set(counts)
    after = await everything(world)
    assert [word for word in (NAME, NICKNAME, NOTE) if word in after] == []
    assert {name: await world.rows(f"SELECT * FROM {name}") for name in kept} == before
    assert await world.differences() == {}
    assert await erase(lived, user_id) is None
    acts = "SELECT COUNT(*) FROM admin_audit_log WHERE action = 'PLAYER_ERASED'"
    assert await world.rows(acts) == [(1,)], "a second run changes nothing"
    with pytest.raises(AppError, match="USER_NOT_FOUND"):
        await erase(lived, 999_999)


async def test_another_players_rows_are_left_alone(lived: Door) -> None:
    world = lived.world
    other = await lived.sign_in("lee", "바다")
    await send(world, event(9, "note.taken", "lee", note="lee's own"))
    answer = "SELECT body FROM idempotency_keys WHERE actor NOT LIKE 'player:%'"
    answers = await world.rows(answer)
    await erase(lived, other["user"]["id"])
    assert await the_player(lived)
    assert NOTE in await everything(world)
    assert await world.rows(answer) == answers


async def test_the_same_name_is_a_new_player_afterwards_and_old_tokens_are_worth_nothing(sqlite_door: Door) -> None:
    door = sqlite_door
    held = await door.sign_in(NAME)
    assert await door.me(held["access_token"]) == "OK"
    door.wall.advance(seconds=1)
    await erase(door, held["user"]["id"])
    assert await door.me(held["access_token"]) == "TOKEN_REVOKED"
    refused = await door.world.client.post("/api/auth/token", json={"refresh_token": held["refresh_token"]})
    assert refused.status_code == 401
    again = await door.sign_in(NAME)
    assert again["user"]["id"] != held["user"]["id"]
    door.wall.advance(seconds=PLAYERS_FRESH.total_seconds())
    assert await door.me(again["access_token"]) == "OK"
    [(blocked,)] = await door.world.rows("SELECT is_blocked FROM user_profiles WHERE id = :i", i=held["user"]["id"])
    assert blocked


async def test_teams_and_rankings_lose_the_name_and_keep_the_score(sqlite_world: World) -> None:
    world = sqlite_world
    player = await world.player("kim")
    await world.sql(
        "INSERT INTO team_contests (id, code, season_id, is_active, state, version, config, created_at, updated_at)"
        " VALUES (1, 'c', :s, 0, 'OPEN', 1, '{}', '2025-12-10 00:00:00.000000', '2025-12-10 00:00:00.000000')",
        s=world.season_id,
    )
    await world.sql(
        "INSERT INTO teams (id, contest_id, name, created_by, created_at)"
        " VALUES (1, 1, :n, :u, '2025-12-10 00:00:00.000000')",
        n=NICKNAME,
        u=player.id,
    )
    await world.sql(
        "INSERT INTO daily_rankings (rank_date, version, updated_at, updated_by)"
        " VALUES ('2025-12-10', 1, '2025-12-10 00:00:00.000000', 'x')"
    )
    await world.sql(
        "INSERT INTO daily_ranking_entries (rank_date, rank_no, user_id, display_name, score)"
        " VALUES ('2025-12-10', 1, :u, :n, 70)",
        u=player.id,
        n=NICKNAME,
    )
    await erase_player(world.house, ACT, player.id, tokens_now=world.clock.now() + timedelta(seconds=1))
    [(team,)] = await world.rows("SELECT name FROM teams")
    assert is_pseudonym(team)
    assert await world.rows("SELECT display_name, score FROM daily_ranking_entries") == [("erased", 70)]


@pytest.mark.parametrize("is_taken", [False, True])
async def test_a_name_that_was_allowed_once_stands_in_nobodys_way(world: World, is_taken: bool) -> None:
    """Somebody named a team as the service names those of erased people, before such names were refused."""
    player, other = await world.player("kim"), await world.player("lee")
    at = "'2025-12-10 00:00:00.000000'"
    await world.sql(
        "INSERT INTO team_contests (id, code, season_id, is_active, state, version, config, created_at, updated_at)"
        f" VALUES (1, 'c', :s, 0, 'OPEN', 1, '{{}}', {at}, {at})", s=world.season_id,
    )  # fmt: skip
    for team_id, owner, name in ((1, player.id, NICKNAME), (2, other.id, pseudonym(1))):
        if team_id == 1 or is_taken:
            await world.sql(
                f"INSERT INTO teams (id, contest_id, name, created_by, created_at) VALUES (:i, 1, :n, :u, {at})",
                i=team_id, n=name, u=owner,
            )  # fmt: skip
    for person in (player, other):
        await erase_player(world.house, ACT, person.id, tokens_now=world.clock.now() + timedelta(seconds=1))
    names = [name for (name,) in await world.rows("SELECT name FROM teams")]
    assert all(map(is_pseudonym, names))
    assert pseudonym(1) not in names


def test_at_a_terminal(tmp_path: Path) -> None:
    demo_data(tmp_path)

    def run(*options: str) -> Any:
        return CliRunner().invoke(app, ["ops", "player", *options, "--reason", "asked", "--data", str(tmp_path)])

    for command in ("export", "erase"):
        refused = run(command, "--id", "7")
        assert refused.exit_code == 1
        assert "USER_NOT_FOUND" in refused.output
