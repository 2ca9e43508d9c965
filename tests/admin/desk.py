"""An operator at work: calls the admin API with a reason, and looks at what was left behind."""

from dataclasses import dataclass
from typing import Any

import httpx
from pydantic_core import from_json

from tests.world import World, key

WHY = "a test asks for it"


@dataclass(frozen=True, slots=True)
class Desk:
    """One operator with a token."""

    world: World
    headers: dict[str, str]

    async def get(self, path: str, **params: Any) -> Any:
        """The JSON of a read that succeeds."""
        response = await self.world.client.get(f"/api/admin{path}", headers=self.headers, params=params)
        assert response.status_code == 200, response.text
        return response.json()

    async def send(
        self, method: str, path: str, body: Any = None, *, version: int | str | None = None, keyed: bool = True
    ) -> httpx.Response:
        """A write with a reason unless the body brings its own, and a key; `version` becomes If-Match."""
        headers = dict(self.headers) | (key() if keyed else {})
        if version is not None:
            headers["If-Match"] = version if isinstance(version, str) else f'"{version}"'
        sent = {"reason": WHY} | (body or {})
        return await self.world.client.request(method, f"/api/admin{path}", headers=headers, json=sent)

    async def ok(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """The JSON of a write that succeeds."""
        response = await self.send(method, path, body, **more)
        assert response.is_success, response.text
        return response.json()

    async def refused(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, str]:
        """(status, code) of a write that is refused and leaves nothing behind."""
        before = await traces(self.world)
        response = await self.send(method, path, body, **more)
        assert response.headers["content-type"] == "application/problem+json", response.text
        assert await traces(self.world) == before, "a refusal leaves nothing behind"
        return response.status_code, response.json()["error"]["code"]

    async def grant(self, user_id: int, amount: int, token_type: str = "ROULETTE_COIN") -> Any:
        body = {"user_id": user_id, "token_type": token_type, "amount": amount}
        return await self.ok("POST", "/wallets/grant", body, keyed=True)


async def desk_of(world: World, name: str, scope: str) -> Desk:
    return Desk(world, await world.token(name, scope))


async def newest_audit(world: World) -> dict[str, Any]:
    """The audit row written last."""
    columns = ("actor", "action", "target", "reason", "before", "after", "request_id")
    quoted = ", ".join(f"a.{name}" for name in columns)
    row = (await world.rows(f"SELECT {quoted} FROM admin_audit_log a ORDER BY a.id DESC LIMIT 1"))[0]
    found = dict(zip(columns, row, strict=True))
    return found | {name: None if found[name] is None else from_json(found[name]) for name in ("before", "after")}


async def traces(world: World) -> list[tuple[Any, ...]]:
    """How much there is of everything an operator's write could touch."""
    counted = (
        *("admin_audit_log", "feature_history", "feature_schedule", "seasons", "season_levels", "game_configs"),
        *("game_activations", "app_ui_config", "wallet_ledger", "reward_log", "user_event_log", "outbox"),
        *("idempotency_keys", "grant_allowances", "prize_stock", "prize_stock_log"),
        *("inbox_mailings", "inbox_items"),
        *("promo_campaigns", "promo_codes", "promo_claims", "coupon_pools", "coupon_batches", "coupon_codes"),
        "entitlements",
        *("idempotency_keys", "grant_allowances", "programs", "season_passes", "season_counters", "season_options"),
        *(
            "missions",
            "mission_versions",
            "mission_progress",
            "badges",
            "leaderboards",
            "leaderboard_marks",
            "daily_rankings",
        ),
    )
    counts = ", ".join(f"(SELECT COUNT(*) FROM {table})" for table in counted)
    versions = (
        "(SELECT SUM(version) FROM seasons), (SELECT SUM(version) FROM feature_config), "
        "(SELECT SUM(version) FROM user_profiles), (SELECT SUM(version) FROM app_ui_config), "
        "(SELECT SUM(balance) FROM wallets), (SELECT SUM(supply) FROM prize_stock)"
    )
    return await world.rows(f"SELECT {counts}, {versions}")
