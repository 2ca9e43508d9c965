"""Seasons, games and batches at the desk: checked before they count, watched while they run. No browser needed."""

import json
import re
from typing import Any

import pytest

from app.batches.scheduler import JOBS, JOBS_BY_NAME, STANDING, register, tick
from app.domain.jobs import BRIDGE_SETTLEMENT
from tests.bridge.campaigns import CODE, collect_all, kst, open_reference
from tests.pages.desk import does, page, send, sit_down, text_of
from tests.world import World, key


@pytest.fixture
async def world(sqlite_world: World) -> World:
    await sit_down(sqlite_world)
    return sqlite_world


def form_of(html: str) -> dict[str, str]:
    """What a browser would send of the editor as it stands."""
    form: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", html[html.index('id="editor"') :]):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ('type="checkbox"' not in tag or " checked" in tag):
            form[name[1]] = value[1] if value else "on"
    form |= dict(re.findall(r'<textarea[^>]*? name="([^"]+)"[^>]*>([^<]*)</textarea>', html))
    return form


async def test_a_season_is_edited_previewed_published_retired_and_cloned(world: World) -> None:
    here = f"/console/seasons/{world.season_id}"
    form = form_of(await page(world, f"{here}/edit"))
    assert form["levels.0.rewards"] == "FREE TOKEN ROULETTE_COIN 1"
    look = await send(
        world, f"{here}/edit", **form | {"do": "look", "levels.3.required_xp": "190", "day": "2025-12-20"}
    )
    assert (look.status_code, "levels.3.required_xp" in look.text) == (200, True)
    assert "바뀌는 것 1개" in look.text and "Lv. 5" in text_of(look.text)
    await does(world, f"{here}/edit", **form | {"do": "save", "reason": "more", "base_xp_per_stamp": "30"})
    assert await world.rows("SELECT base_xp_per_stamp, version FROM seasons") == [(30, 2)]
    await does(world, f"{here}/retire", reason="a pause", version=2)
    assert await world.rows("SELECT is_active FROM seasons") == [(0,)]
    await does(world, f"{here}/publish", reason="on again", version=3)
    await does(
        world, f"{here}/clone", season_name="XMAS_2026", start_date="2026-12-09", end_date="2026-12-25", reason="r"
    )
    assert "XMAS_2026" in await page(world, "/console/seasons")
    audited = await world.rows(
        "SELECT action FROM admin_audit_log WHERE target LIKE 'season:%' AND actor <> 'system:seed' ORDER BY id"
    )
    acts = ("SEASON_CHANGED", "SEASON_RETIRED", "SEASON_PUBLISHED", "SEASON_CLONED")
    assert audited == [(act,) for act in acts]


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("base_xp_per_stamp", "many", "valid integer"),
        ("start_date", "2026-01-01", "INVALID_SEASON_DATES"),
        ("start_date", "1.1.2026", "YYYY-MM-DD"),
        ("levels.1.required_xp", "1", "must be above"),
        ("levels.0.label_ko", "", "at least 1 character"),
        ("levels.2.rewards", "give them all", "each line"),
        ("levels.2.rewards", "FREE TOKEN ROULETTE_COIN -3", "greater than or equal to 0"),
        ("levels.2.rewards", "FREE TOKEN NO_SUCH_TOKEN 3", "없는 티켓 종류입니다"),
        ("reason", " ", "at least 1 character"),
        ("program", "nowhere", "없는 프로그램입니다"),
        ("season_name", "<img src=x onerror=alert(1)>" * 9, "at most 100"),
    ],
)
async def test_what_is_wrong_stands_beside_its_field(world: World, field: str, value: str, reason: str) -> None:
    here = f"/console/seasons/{world.season_id}/edit"
    form = form_of(await page(world, here)) | {"do": "save", "reason": "r", field: value}
    answer = await send(world, here, **form)
    assert answer.status_code == 422
    assert reason in answer.text
    assert "<img src=x" not in answer.text
    assert await world.rows("SELECT version FROM seasons") == [(1,)]


async def test_what_players_were_promised_is_said_before_the_save(world: World) -> None:
    kim = await world.player("kim")
    await world.ok("POST", "/api/season-pass/stamp", headers=kim.headers)
    here = f"/console/seasons/{world.season_id}/edit"
    form = form_of(await page(world, here))
    changed = form | {"do": "look", "levels.0.rewards": "FREE POINT 5", "player": str(kim.id)}
    look = await send(world, here, **changed)
    assert "플레이어가 도달한 레벨이라" in look.text
    refused = await send(world, here, **changed | {"do": "save", "reason": "cheaper"})
    assert refused.status_code == 422 and "플레이어가 도달한 레벨이라" in refused.text
    stale = await send(world, here, **form | {"do": "save", "reason": "r", "version": "9"})
    assert stale.status_code == 422 and "VERSION_CONFLICT" in stale.text


async def test_a_new_season_is_a_draft_and_grows_level_by_level(world: World) -> None:
    here = "/console/seasons/new/edit"
    form = form_of(await page(world, here))
    form |= {
        "season_name": "SPRING",
        "start_date": "2026-03-01",
        "end_date": "2026-03-20",
        "levels.0.required_xp": "20",
    }
    form |= {
        "levels.0.label_ko": "하나",
        "levels.0.label_en": "one",
        "levels.0.rewards": "FREE POINT 10\nGOLD POINT 20",
    }
    grown = await send(world, here, **form | {"do": "add"})
    assert "Lv. 2" in text_of(grown.text)
    shrunk = await send(world, here, **form | {"do": "remove"})
    assert "Lv. 1" not in text_of(shrunk.text[: shrunk.text.index("save-title")])
    shown = await does(world, here, **form | {"do": "save", "reason": "for spring"})
    assert "초안·비공개" in shown and "GOLD" in shown
    taken = await send(world, here, **form | {"do": "save", "reason": "again"})
    assert taken.status_code == 422 and "NAME_TAKEN" in taken.text
    two = form | {"levels.0.rewards": "", "do": "look"}
    assert "도장만으로 닿는 보상이 없습니다" in (await send(world, here, **two)).text


async def test_a_game_shows_its_draws_beside_its_odds_and_changes_by_version(world: World) -> None:
    kim = await world.player("kim", ROULETTE_COIN=6)
    for _ in range(6):
        await world.ok("POST", "/api/roulette/play", headers=kim.headers | key())
    assert "최근 참여 6번" in await page(world, "/console/games/roulette")
    text = re.search(r"<textarea[^>]*>(.*?)</textarea>", await page(world, "/console/games/roulette/new"), re.DOTALL)
    assert text is not None
    config: dict[str, Any] = json.loads(text[1].replace("&#34;", '"'))
    config["max_daily"] = 7
    wrong = await send(world, "/console/games/roulette/new", config=json.dumps(config | {"segments": []}), reason="r")
    assert wrong.status_code == 422 and "segments" in wrong.text
    for nonsense in ("{", "[]", "[" * 9_000):
        answer = await send(world, "/console/games/roulette/new", config=nonsense, reason="r")
        assert answer.status_code == 422, nonsense[:9]
    shown = await does(world, "/console/games/roulette/new", config=json.dumps(config), reason="a limit")
    assert "max_daily" in shown and "이 버전 적용" in shown
    [(newest,)] = await world.rows("SELECT MAX(id) FROM game_configs")
    await does(world, f"/console/games/roulette/versions/{newest}/activate", reason="from today")
    assert await world.rows("SELECT version FROM game_configs WHERE feature_type = 'ROULETTE' AND active_slot = 1") == [
        (2,)
    ]
    assert (await world.client.get("/console/games/chess")).headers["location"] == "/console/games"


async def test_stock_is_refilled_by_who_saw_it(world: World) -> None:
    await page(world, "/console/games/lottery")
    [(prize, version, supply)] = await world.rows(
        "SELECT prize_id, version, supply FROM prize_stock ORDER BY prize_id LIMIT 1"
    )
    path = f"/console/games/lottery/stock/{prize}"
    await does(world, path, units=5, reason="a new box", version=version)
    assert (await send(world, path, units=0, reason="r", version=version + 1)).status_code == 422
    stale = await send(world, path, units=5, reason="r", version=version)
    assert "다른 사람이 먼저" in await page(world, stale.headers["location"])
    assert (await world.rows("SELECT supply FROM prize_stock WHERE prize_id = :id", id=prize)) == [(supply + 5,)]


async def test_a_settlement_is_tried_dry_run_watched_and_adds_nothing_again(world: World) -> None:
    await open_reference(world)
    here = f"/console/batches/{CODE}"
    await collect_all(world, await world.player("kim", ROULETTE_COIN=20))
    [(won,)] = await world.rows("SELECT COALESCE(SUM(balance), 0) FROM wallets WHERE token_type = 'POINT'")
    world.clock.set(kst(1, 1, 0, 5))
    await register(world.container)
    dry = text_of(await page(world, f"{here}?dry=1"))
    assert "새로 받을 사람 1" in dry and "35,000" in dry
    assert "요청했습니다" in await does(world, f"{here}/run", reason="New Year")
    assert 'data-every="1"' in await page(world, here), "the page watches a run that waits"
    await tick(world.container, JOBS_BY_NAME[BRIDGE_SETTLEMENT], "test", lambda: True)
    done = text_of(await page(world, f"{here}?dry=1"))
    assert "1 = 1" in done and "35,000 = 35,000" in done and "0명" in done
    again = await send(world, f"{here}/run", reason="twice")
    assert "said-no" in await page(world, again.headers["location"])
    assert await world.rows("SELECT balance FROM wallets WHERE token_type = 'POINT'") == [(35_000 + won,)]
    assert await world.differences() == {}


async def test_each_job_says_in_korean_what_it_does(world: World) -> None:
    await register(world.container)
    system = text_of(await page(world, "/console/system"))
    english = [job.promise for job in (*JOBS, *STANDING) if job.promise in system]
    assert english == [] and all(job.name in system for job in (*JOBS, *STANDING))


async def test_jobs_are_asked_for_and_paused_by_who_may(world: World) -> None:
    await register(world.container)
    assert "요청했습니다" in await does(world, "/console/jobs/retention/run", reason="now")
    await does(world, "/console/jobs/retention/pause", reason="a backup runs")
    assert await world.rows("SELECT is_paused FROM job_controls WHERE job = 'retention'") == [(1,)]
    await sit_down(world, "ops")
    await does(world, "/console/jobs/retention/resume", reason="done")
    assert (await send(world, "/console/jobs/retention/run", reason="now")).status_code == 403
    await sit_down(world, "support")
    assert (await send(world, "/console/jobs/retention/pause", reason="no")).status_code == 403


async def test_the_ledger_is_checked_on_the_spot_and_the_audit_shows_before_and_after(world: World) -> None:
    await world.player("kim", POINT=5)
    assert "차이 0" in text_of((await send(world, "/console/system/reconcile")).text)
    await world.sql("UPDATE wallets SET balance = balance + 1")
    assert "차이 0" not in text_of((await send(world, "/console/system/reconcile")).text)
    await does(world, "/console/features/DICE/stop", reason="<b>bold</b>")
    shown = await page(world, "/console/audit?target=feature:DICE")
    assert "is_enabled" in shown and "&lt;b&gt;bold" in shown and "<b>bold" not in shown
