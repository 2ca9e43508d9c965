"""Every write of an operator can be looked up."""

from tests.admin.desk import WHY, Desk, desk_of


async def test_the_audit_is_read_by_target_newest_first_in_pages(admin: Desk) -> None:
    for is_enabled in (False, True, False):
        await admin.ok("PATCH", "/features/ROULETTE", {"is_enabled": is_enabled}, version="*")
    await admin.ok("PATCH", "/features/CLAIM", {"is_enabled": False}, version="*")
    first = await admin.get("/audit", target="feature:ROULETTE", limit=2)
    assert [row["after"]["is_enabled"] for row in first["items"]] == [False, True]
    assert first["has_more"]
    second = await admin.get("/audit", target="feature:ROULETTE", limit=2, after=first["next"])
    assert [row["after"]["is_enabled"] for row in second["items"]] == [False, True], "the first one is the seed's"
    entry = first["items"][0]
    assert (entry["actor"], entry["action"], entry["reason"]) == ("staff:kim@example.com", "FEATURE_SWITCHED", WHY)
    assert entry["created_at"] == "2025-12-10T12:00:00+09:00"
    newest = (await admin.get("/audit", limit=1))["items"][0]
    assert newest["target"] == "feature:CLAIM"
    assert (await admin.get("/audit", target="player:🎅"))["items"] == []


async def test_support_and_ops_read_the_audit(sqlite_admin: Desk) -> None:
    for scope in ("ops", "support"):
        reader = await desk_of(sqlite_admin.world, f"{scope}@example.com", scope)
        assert (await reader.get("/audit"))["items"]
