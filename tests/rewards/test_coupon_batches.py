"""A code is one across all pools; a wrong file can be voided as far as nobody has its codes; large files come whole."""

import asyncio
import re
from typing import Any

import httpx
import pytest

from app.domain.grants import Grant, RewardType
from tests.admin.desk import WHY, Desk, desk_of, newest_audit
from tests.pages.desk import form_key, page, send, sit_down, text_of
from tests.rewards.gifts import give, stands
from tests.rewards.promotions import campaign
from tests.world import World, key

POOL, OTHER = "/coupons/pools/COFFEE", "/coupons/pools/TEA"
UNIQUE: dict[str, Any] = {"kind": "UNIQUE", "shared_code": None}


@pytest.fixture
async def admin(world: World) -> Desk:
    desk = await desk_of(world, "kim@example.com", "admin")
    for code in ("COFFEE", "TEA"):
        await desk.ok("POST", "/coupons/pools", {"code": code, "name": code})
    return desk


async def upload(admin: Desk, path: str, content: bytes, name: str = "codes.csv") -> httpx.Response:
    """Sends a file as a form."""
    return await admin.world.client.post(
        f"/api/admin{path}/upload",
        headers=admin.headers | key(),
        files={"file": (name, content)},
        data={"reason": WHY},
    )


def coupon(code: str = "COFFEE") -> Grant:
    return Grant(RewardType.COUPON, 1, code=code)


async def fields(answer: httpx.Response) -> list[tuple[str, str]]:
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_ERROR"), answer.text
    return [(one["field"], one["reason"]) for one in answer.json()["error"]["details"]]


async def test_a_code_of_one_pool_is_refused_in_another_however_it_is_written(world: World, admin: Desk) -> None:
    await admin.ok("POST", f"{POOL}/upload", {"csv": "code\nab-1\nAB-2"})
    for written in ("AB-1", "ab-1", "ＡＢ－１", "“AB–1”", "A\u200bB-1"):
        answer = await admin.send("POST", f"{OTHER}/upload", {"csv": f"code\nNEW-1\n{written}"})
        assert await fields(answer) == [("csv.line3", "이미 쿠폰 풀 COFFEE에 있는 코드입니다")], written
    english = {"Accept-Language": "en"}
    answer = await world.client.post(
        f"/api/admin{OTHER}/upload", headers=admin.headers | english | key(), json={"csv": "code\nAB-2", "reason": WHY}
    )
    assert await fields(answer) == [("csv.line2", "this code is in the pool COFFEE already")]
    assert (await admin.get(OTHER))["total"] == 0, "nothing of a refused file is taken"
    again = await admin.ok("POST", f"{POOL}/upload", {"csv": "code\nAB-1\nAB-3"})
    assert (again["added"], again["known_before"]) == (1, 1)


async def test_a_number_that_differs_by_leading_zeros_only_is_damage_in_any_file(admin: Desk) -> None:
    """A spreadsheet saved 0004567 as 4567: one of the two codes is none of the shop's."""
    for stored in ("0004567\nA-0001", "8888"):
        await admin.ok("POST", f"{POOL}/upload", {"csv": f"code\n{stored}"})
    for path in (POOL, OTHER):
        for written, stored in (("4567", "0004567"), ("04567", "0004567"), ("0008888", "8888")):
            answer = await admin.send("POST", f"{path}/upload", {"csv": f"code\nNEW-1\n{written}"})
            reason = f"앞의 0 개수만 다른 코드({stored})가 이미 저장되어 있습니다"
            assert await fields(answer) == [("csv.line3", reason)], (path, written)
    taken = await admin.ok("POST", f"{POOL}/upload", {"csv": "code\n0004567\n0004568\nA-1\nA1\nA-00001"})
    assert (taken["added"], taken["known_before"]) == (4, 1), "A-1 and A1 are two codes of a shop"


async def test_a_code_that_has_expired_is_no_code(admin: Desk) -> None:
    past = await admin.send("POST", f"{POOL}/upload", {"csv": "code,expires_at\nA-1,2025-12-10\nA-2,2025-12-09"})
    assert await fields(past) == [("csv.line3", "유효기간이 이미 지난 코드입니다")], "a day counts until its end"
    assert (await admin.get(POOL))["total"] == 0
    await admin.ok("POST", f"{POOL}/upload", {"csv": "code,expires_at\nA-1,2025-12-10"})
    admin.world.clock.advance(days=30)
    again = await admin.ok("POST", f"{POOL}/upload", {"csv": "code,expires_at\nA-1,2025-12-10\nA-3,"})
    assert (again["added"], again["known_before"]) == (1, 1), "a file that was exported is taken as it is"


async def test_of_two_pools_that_get_a_code_at_once_one_has_it(world: World, admin: Desk) -> None:
    codes = "code\n" + "\n".join(f"SAME-{n}" for n in range(300))
    for _ in range(3):
        answers = await asyncio.gather(
            *(admin.send("POST", f"{path}/upload", {"csv": codes}) for path in (POOL, OTHER) for _ in range(2))
        )
        assert {answer.status_code for answer in answers} == {200, 422}
    query = "SELECT COUNT(*), COUNT(DISTINCT code_key), COUNT(DISTINCT pool_id) FROM coupon_codes"
    assert await world.rows(query) == [(300, 300, 1)]
    assert not await world.differences()


async def test_what_of_a_wrong_file_was_not_given_is_voided_and_may_go_elsewhere(world: World, admin: Desk) -> None:
    wrong = (await upload(admin, POOL, b"code\nT-1\nT-2\nT-3\n", "tea.csv")).json()
    await admin.ok("POST", f"{POOL}/upload", {"csv": "code\nC-1"})
    player, other = await world.player("park"), await world.player("choi")
    await give(world, player, coupon(), operation_id="TEST:1")
    void = f"{POOL}/batches/{wrong['batch_id']}/void"
    [_, batch] = (await admin.get(f"{POOL}/batches"))["items"]
    assert (batch["file_name"], batch["codes"], batch["given"], batch["not_given"]) == ("tea.csv", 3, 1, 2)

    done = await admin.ok("POST", void)
    assert (done["voided"], done["given"], done["pool"]["free"], done["pool"]["voided"]) == (2, 1, 1, 2)
    audit = await newest_audit(world)
    assert (audit["action"], audit["target"], audit["reason"]) == ("COUPON_BATCH_VOIDED", "coupon_pool:COFFEE", WHY)
    assert audit["after"] == {"batch_id": wrong["batch_id"], "voided": 2, "given": 1}
    assert await admin.refused("POST", void) == (409, "NOTHING_TO_VOID")
    assert await admin.refused("POST", f"{OTHER}/batches/{wrong['batch_id']}/void") == (404, "BATCH_NOT_FOUND")
    assert (await world.ok("GET", "/api/coupons", headers=player.headers))["items"][0]["state"] == "VALID"

    await give(world, other, coupon(), operation_id="TEST:2")
    assert (await world.ok("GET", "/api/coupons", headers=other.headers))["items"][0]["code"] == "C-1"
    answer = await admin.send("POST", f"{OTHER}/upload", {"csv": "code\nT-1\nT-2\nT-3"})
    assert [field for field, _ in await fields(answer)] == ["csv.line2"], "a player has T-1: it stays a code of COFFEE"
    moved = await admin.ok("POST", f"{OTHER}/upload", {"csv": "code\nT-2\nT-3"})
    assert moved["added"] == 2
    await admin.ok("POST", f"{OTHER}/batches/{moved['batch_id']}/void")
    back = await admin.ok("POST", f"{POOL}/upload", {"csv": "code,expires_at\nT-2,2026-01-31\nT-3,"})
    assert (back["added"], back["pool"]["free"]) == (2, 2)
    await give(world, other, coupon(), operation_id="TEST:3")
    newest = (await world.ok("GET", "/api/coupons", headers=other.headers))["items"]
    assert ("T-2", "2026-02-01T00:00:00+09:00") in [(line["code"], line["expires_at"]) for line in newest]
    assert not await world.differences()


async def test_voiding_and_giving_at_once_never_gives_a_void_code(mariadb_world: World) -> None:
    world = mariadb_world
    admin = await desk_of(world, "kim@example.com", "admin")
    await admin.ok("POST", "/coupons/pools", {"code": "COFFEE", "name": "coffee"})
    made = await admin.ok("POST", f"{POOL}/generate", {"count": 40})
    players = [await world.player(f"p{n}") for n in range(20)]
    *_, answer = await asyncio.gather(
        *(give(world, player, coupon(), operation_id=f"TEST:{player.id}") for player in players),
        admin.ok("POST", f"{POOL}/batches/{made['batch_id']}/void"),
    )
    given = (await world.rows("SELECT COUNT(*) FROM coupon_codes WHERE operation_id IS NOT NULL"))[0][0]
    assert (answer["given"], answer["voided"]) == (given, 40 - given)
    states = dict(await world.rows("SELECT state, COUNT(*) FROM reward_log GROUP BY state"))
    assert states.get("GRANTED", 0) == given
    assert (await stands(world, f"TEST:{players[-1].id}"))[0] in ("GRANTED", "PENDING")
    assert not await world.differences()


async def test_a_hundred_thousand_codes_come_in_one_file(world: World, admin: Desk) -> None:
    size = 10_000 if world.house.settings.is_sqlite else 100_000  # what a file may hold, where packets have a size
    content = "\ufeffcode,expires_at\r\n" + "".join(f"SUMMER-{n:010},2026-12-31\r\n" for n in range(size))
    answer = await upload(admin, POOL, content.encode())
    assert answer.status_code == 200, answer.text
    assert (answer.json()["added"], answer.json()["pool"]["free"]) == (size, size)
    wrong = content.replace("SUMMER-0000007777,", "1.2E+11,")
    assert [field for field, _ in await fields(await upload(admin, OTHER, wrong.encode()))] == ["csv.line7779"]
    voided = await admin.ok("POST", f"{POOL}/batches/{answer.json()['batch_id']}/void")
    assert voided["voided"] == size


async def test_promo_codes_come_in_files_too(world: World, admin: Desk) -> None:
    await admin.ok("POST", "/promotions", campaign(**UNIQUE))
    await admin.ok("POST", "/promotions", campaign(code="NEXT", **UNIQUE))
    content = "code\n" + "\n".join(f"WINTER-{n:06}" for n in range(10_000))
    assert (await upload(admin, "/promotions/RUSH", content.encode())).json()["added"] == 10_000
    answer = await upload(admin, "/promotions/NEXT", b"code\nNEW-1\nwinter-000007\n")
    assert await fields(answer) == [("csv.line3", "다른 캠페인의 코드입니다")]
    assert (await upload(admin, "/promotions/RUSH", b"code\n0004567\n")).json()["added"] == 1
    for path in ("/promotions/RUSH", "/promotions/NEXT"):
        answer = await upload(admin, path, b"code\n4567\n")
        assert await fields(answer) == [("csv.line2", "앞의 0 개수만 다른 코드(0004567)가 이미 저장되어 있습니다")]


async def test_a_form_that_is_none_is_refused_and_nobody_else_may_send_one(world: World, admin: Desk) -> None:
    path = f"/api/admin{POOL}/upload"
    file = {"file": ("codes.csv", b"code\nA")}
    for sent in ({"files": file}, {"data": {"reason": WHY}, "files": {"other": b""}}):
        answer = await world.client.post(path, headers=admin.headers | key(), **sent)  # type: ignore[arg-type]
        assert answer.status_code == 422, answer.text
    broken = admin.headers | {"Content-Type": "multipart/form-data; boundary=x"}
    assert (await world.client.post(path, headers=broken, content=b"--y")).status_code == 422
    limit = world.container.settings.max_upload_bytes
    large = await world.client.post(path, headers=admin.headers, content=b"x" * (limit + 1))
    assert (large.status_code, large.json()["error"]["code"]) == (413, "BODY_TOO_LARGE")
    for scope in ("ops", "support"):
        token = await world.token("x", scope)
        assert (await world.client.post(path, headers=token, files=file, data={"reason": WHY})).status_code == 403
    keyless = await world.client.post(path, headers=admin.headers, files=file, data={"reason": WHY})
    assert (keyless.status_code, keyless.json()["error"]["code"]) == (400, "IDEMPOTENCY_KEY_REQUIRED")
    assert (await admin.get(POOL))["total"] == 0


async def test_a_file_sent_again_with_its_key_gets_the_first_answer(world: World, admin: Desk) -> None:
    path, headers = f"/api/admin{POOL}/upload", admin.headers | key()

    async def send_file(content: bytes) -> httpx.Response:
        return await world.client.post(path, headers=headers, files={"file": content}, data={"reason": WHY})

    first, again = await send_file(b"code\nA-1\n"), await send_file("code\r\n“A–1”\r\n".encode())
    assert (again.content, again.headers["Idempotency-Replayed"]) == (first.content, "true")
    other = await send_file(b"code\nA-2\n")
    assert (other.status_code, other.json()["error"]["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")


@pytest.mark.parametrize("place", ["coupons/COFFEE", "promotions/RUSH"])
async def test_the_console_takes_what_is_pasted_and_loses_nothing_of_it(sqlite_world: World, place: str) -> None:
    world = sqlite_world
    admin = await desk_of(world, "kim@example.com", "admin")
    await admin.ok("POST", "/coupons/pools", {"code": "COFFEE", "name": "coffee"})
    await admin.ok("POST", "/promotions", campaign(**UNIQUE))
    await sit_down(world)
    here = f"/console/{place}"
    assert 'enctype="multipart/form-data"' in await page(world, here)
    codes = [f"PARTNER-{n:09}" for n in range(6_000)]
    pasted = "\r\n".join(["code", *codes[:2_000], "1.23E+11", *codes[2_000:]])
    for sent in ({"csv": pasted}, {"csv": ""}):
        file = {"file": ("mine.csv", pasted.encode())} if not sent["csv"] else {"file": ("", b"")}
        fields = sent | {"reason": "of the partner", "key": form_key()}
        answer = await world.client.post(
            f"{here}/upload", data=fields, files=file, headers={"Sec-Fetch-Site": "same-origin"}
        )
        assert answer.status_code == 422
        assert "csv.line2002" in answer.text and "지수로 표시된 숫자" in answer.text
        assert 'value="of the partner"' in answer.text
        assert ("mine.csv" in text_of(answer.text)) == (not sent["csv"])
        shown = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", answer.text, re.DOTALL)
        assert shown is not None
        assert shown[1].split() == sent["csv"].split(), "the text stands there again, whole"
    no_reason = await send(world, f"{here}/upload", csv="code\nABCD-1", reason="")
    assert no_reason.status_code == 422 and "ABCD-1" in no_reason.text
    good = pasted.replace("1.23E+11\r\n", "")
    done = await world.client.post(
        f"{here}/upload", data={"csv": good, "reason": "r", "key": form_key()}, files={"file": ("", b"")},
        headers={"Sec-Fetch-Site": "same-origin"},
    )  # fmt: skip
    assert "코드 6,000개를 더했습니다" in await page(world, done.headers["location"])


async def test_an_operator_voids_a_file_in_the_console(sqlite_world: World) -> None:
    world = sqlite_world
    admin = await desk_of(world, "kim@example.com", "admin")
    await admin.ok("POST", "/coupons/pools", {"code": "COFFEE", "name": "coffee"})
    made = (await upload(admin, POOL, b"code\nA\nB\n", "wrong.csv")).json()
    await give(world, await world.player("park"), coupon(), operation_id="TEST:1")
    await sit_down(world)
    shown = await page(world, "/console/coupons/COFFEE")
    assert "wrong.csv" in shown
    act = f"/console/coupons/COFFEE/batches/{made['batch_id']}/void"
    assert act in shown
    done = await send(world, act, reason="the wrong file")
    after = await page(world, done.headers["location"])
    assert "코드 1개를 무효 처리했습니다. 이미 지급된 1개는 그대로입니다." in after
    assert act not in after
    await sit_down(world, "support")
    assert (await send(world, act, reason="r")).status_code == 403


async def test_an_empty_pool_has_no_code_left(world: World, admin: Desk) -> None:
    empty = await admin.get(POOL)
    assert (empty["total"], empty["given"], empty["free"], empty["voided"]) == (0, 0, 0, 0)
