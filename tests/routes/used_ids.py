"""Every place where the id of a caller tells things apart: what comes first under it, and another thing after that.

`KEYS`: routes that take an Idempotency-Key and need none (those that need one are in value_doors.py). `NAMES`: routes
that take a name or an id which can be used once. A route that names something and is missing here, or in `FREE`, fails
test_used_ids.py.
"""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.domain.grants import Grant, RewardType
from tests.admin.season_bodies import season
from tests.bridge.campaigns import campaign as bridge
from tests.events.host import event
from tests.goals.boards import board
from tests.goals.missions import mission
from tests.goals.test_teams import contest
from tests.rewards.gifts import give
from tests.rewards.promotions import campaign
from tests.routes.value_doors import Stage
from tests.season.rich import points
from tests.world import Person, key


@dataclass(frozen=True, slots=True)
class Twice:
    """Two requests under one id; `headers` go with both, unless another person sends the second one."""

    first: tuple[str, Any]
    other: tuple[str, Any]
    headers: dict[str, str]
    method: str = "POST"
    others: dict[str, str] | None = None


Asks = dict[str, Callable[[Stage], Awaitable[Twice]]]
PASS = "/api/season-pass"


def fresh() -> str:
    return f"N{uuid.uuid4().hex[:10].upper()}"


async def _stamp(stage: Stage) -> Twice:
    player = await stage.somebody()
    return Twice((f"{PASS}/stamp", {}), (f"{PASS}/stamp", {"source_feature_type": "ROULETTE"}), player.headers)


def _claim(first: str) -> Callable[[Stage], Awaitable[Twice]]:
    async def ask(stage: Stage) -> Twice:
        player = await stage.somebody()
        await give(stage.world, player, Grant(RewardType.XP, 150), operation_id=fresh())
        body = {"level": 3} if first == "claim" else {}
        return Twice((f"{PASS}/{first}", body), (f"{PASS}/claim", {"level": 5}), player.headers)

    return ask


def _mission(first: str) -> Callable[[Stage], Awaitable[Twice]]:
    async def ask(stage: Stage) -> Twice:
        player, codes = await stage.somebody(ROULETTE_COIN=1), [fresh(), fresh()]
        for code in codes:
            await stage.desk.ok("POST", "/missions", mission(code, target=1, claim="MANUAL"))
        await stage.world.ok("POST", "/api/roulette/play", headers=player.headers | key())
        body = {"mission": codes[0]} if first == "claim" else {}
        return Twice((f"/api/missions/{first}", body), ("/api/missions/claim", {"mission": codes[1]}), player.headers)

    return ask


def _inbox(first: str) -> Callable[[Stage], Awaitable[Twice]]:
    async def ask(stage: Stage) -> Twice:
        player = await stage.somebody()
        expires = (stage.world.clock.now() + timedelta(days=1)).isoformat()
        letter = {"title_ko": "t", "title_en": "t", "expires_at": expires, "user_ids": [player.id]}
        for _ in range(2):
            await stage.desk.ok("POST", "/inbox", letter | {"rewards": [points(4)]})
        ids = [one["id"] for one in (await stage.world.ok("GET", "/api/inbox", headers=player.headers))["items"]]
        path = "claim-all" if first == "all" else f"{ids[0]}/claim"
        return Twice((f"/api/inbox/{path}", {}), (f"/api/inbox/{ids[1]}/claim", {}), player.headers)

    return ask


async def _redeem(stage: Stage) -> Twice:
    player, codes = await stage.somebody(), [fresh(), fresh()]
    for code in codes:
        await stage.desk.ok("POST", "/promotions", campaign(code=code, shared_code=code))
    path = "/api/codes/redeem"
    return Twice((path, {"code": codes[0]}), (path, {"code": codes[1]}), player.headers)


async def _trial(stage: Stage) -> Twice:
    player, path = await stage.somebody(), "/api/trial-grant"
    return Twice((path, {"token_type": "DICE_TOKEN"}), (path, {"token_type": "LOTTERY_TICKET"}), player.headers)


KEYS: Asks = {
    "stamp_season_pass": _stamp,
    "claim_level": _claim("claim"),
    "claim_all_levels": _claim("claim-all"),
    "claim_mission": _mission("claim"),
    "claim_all_missions": _mission("claim-all"),
    "claim_inbox": _inbox("all"),
    "claim_inbox_item": _inbox("one"),
    "redeem_code": _redeem,
    "trial_grant": _trial,
}


def _named(path: str, make: Callable[[str], dict[str, Any]], **other: Any) -> Callable[[Stage], Awaitable[Twice]]:
    """Something of operators under a new name, then another thing under the same."""

    async def ask(stage: Stage) -> Twice:
        sent = {"reason": "a test asks for it"} | make(fresh())
        return Twice((f"/api/admin{path}", sent), (f"/api/admin{path}", sent | other), stage.desk.headers)

    return ask


async def _feature(stage: Stage) -> Twice:
    body = {"feature_type": "RANKING", "title": "t", "is_enabled": True, "reason": "a test asks for it"}
    await stage.world.sql("DELETE FROM feature_config WHERE feature_type = 'RANKING'")
    path = "/api/admin/features"
    return Twice((path, body), (path, body | {"is_enabled": False}), stage.desk.headers)


async def _clone(stage: Stage) -> Twice:
    body = {"season_name": fresh(), "start_date": "2027-03-01", "end_date": "2027-03-31", "reason": "a test asks"}
    path = f"/api/admin/seasons/{stage.season_id}/clone"
    return Twice((path, body), (path, body | {"end_date": "2027-03-30"}), stage.desk.headers)


def _document(path: str, body: dict[str, Any], **other: Any) -> Callable[[Stage], Awaitable[Twice]]:
    """A document at its own address, which a change must name the version of."""

    async def ask(stage: Stage) -> Twice:
        sent = body | {"reason": "a test asks for it"}
        where = path.format(name=fresh())
        return Twice((where, sent), (where, sent | other), stage.desk.headers, "PUT")

    return ask


async def _codes(stage: Stage) -> Twice:
    pool = fresh()
    await stage.desk.ok("POST", "/coupons/pools", {"code": pool, "name": "a pool"})
    path, why = f"/api/admin/coupons/pools/{pool}/upload", {"reason": "a test asks for it"}
    bodies = [why | {"csv": f"code,expires_at\n{pool}-1,{until}"} for until in ("2030-01-31", "2030-02-28")]
    return Twice((path, bodies[0]), (path, bodies[1]), stage.desk.headers)


async def _promo_codes(stage: Stage) -> Twice:
    campaigns = [fresh(), fresh()]
    for code in campaigns:
        await stage.desk.ok("POST", "/promotions", campaign(code=code, kind="UNIQUE", shared_code=None))
    body = {"csv": f"code\n{campaigns[0]}-1", "reason": "a test asks for it"}
    paths = [f"/api/admin/promotions/{code}/upload" for code in campaigns]
    return Twice((paths[0], body), (paths[1], body), stage.desk.headers)


async def _team(stage: Stage, *, by: str = "make") -> Twice:
    cup, body = fresh(), {"reason": "a test asks for it"}
    await stage.desk.ok("POST", "/team-contests", contest(stage.season_id, code=cup))
    await stage.desk.ok("POST", f"/team-contests/{cup}/activate", version=1)
    people = [await stage.somebody() for _ in range(2)]
    if by == "make":
        path = f"/api/teams/{cup}"
        return Twice(
            (path, {"name": "Wolves"}), (path, {"name": "wolves"}), people[0].headers, others=people[1].headers
        )
    ids = [await _made(stage, cup, person, name) for person, name in zip(people, ("Wolves", "Foxes"), strict=True)]
    paths = [f"/api/admin/team-contests/{cup}/teams/{team}/rename" for team in ids]
    sent = body | {"name": "Bears"}
    return Twice((paths[0], sent), (paths[1], sent), stage.desk.headers)


async def _made(stage: Stage, cup: str, person: Person, name: str) -> int:
    made = await stage.world.ok("POST", f"/api/teams/{cup}", json={"name": name}, headers=person.headers)
    return int(made["team_id"])


async def _rename(stage: Stage, *, by: str) -> Twice:
    people, new = [await stage.somebody() for _ in range(2)], fresh()
    if by == "host":
        paths = [f"/api/players/{person.name}/rename" for person in people]
        body: dict[str, Any] = {"new_external_id": new}
        return Twice((paths[0], body), (paths[1], body), await stage.world.token("main", "host"))
    paths = [f"/api/admin/players/{person.id}/rename" for person in people]
    body = {"new_external_id": new, "reason": "a test asks for it"}
    return Twice((paths[0], body), (paths[1], body), stage.desk.headers)


async def _issuer(stage: Stage) -> Twice:
    hosts, issuer = [f"h{fresh().lower()}" for _ in range(2)], f"https://{fresh().lower()}.example"
    for host in hosts:
        await stage.desk.ok("POST", "/hosts", {"code": host, "name": "a host"})
    body = {"algorithm": "HS256", "issuer": issuer, "public_key": "s" * 40, "reason": "a test asks for it"}
    paths = [f"/api/admin/hosts/{host}/signing" for host in hosts]
    return Twice((paths[0], body), (paths[1], body), stage.desk.headers | {"If-Match": "*"}, "PUT")


async def _events(stage: Stage) -> Twice:
    number = fresh()
    bodies = [{"events": [event(number, "order.paid", amount=amount)]} for amount in (1, 2)]
    return Twice(("/api/events", bodies[0]), ("/api/events", bodies[1]), await stage.world.token("main", "host"))


async def _players(stage: Stage) -> Twice:
    name = fresh()
    bodies = [{"external_id": name, "nickname": nickname} for nickname in ("Sora", "Dana")]
    return Twice(("/api/players", bodies[0]), ("/api/players", bodies[1]), await stage.world.token("main", "host"))


def _bridge(code: str) -> dict[str, Any]:
    return bridge(code=code).model_dump(mode="json")


RULE = {"event_types": ["order.paid"], "effects": [{"kind": "XP", "amount": 1}]}
TITLED = {"title_ko": "t", "title_en": "t"}
NAMES: Asks = {
    "admin_create_bridge": _named("/bridge/campaigns", _bridge, name="another"),
    "admin_add_coupon_pool": _named("/coupons/pools", lambda code: {"code": code, "name": "a"}, name="another"),
    "admin_add_feature": _feature,
    "admin_add_host": _named("/hosts", lambda code: {"code": code.lower(), "name": "a"}, name="another"),
    "admin_create_leaderboard": _named("/leaderboards", board, metric="XP"),
    "admin_create_mission": _named("/missions", mission, target=9),
    "admin_add_program": _named("/programs", lambda code: {"code": code.lower(), "title": "a"}, title="another"),
    "admin_create_rule": _named(
        "/rules", lambda code: {"code": code, "title": "a", "config": RULE}, config=RULE | {"cap_per_day": 3}
    ),
    "admin_create_season": _named(
        "/seasons", lambda code: season(code, "2027-01-01", "2027-01-31"), base_xp_per_stamp=9
    ),
    "admin_clone_season": _clone,
    "admin_create_contest": _named("/team-contests", lambda code: contest(code=code), size_limit=9),
    "admin_save_badge": _document(
        "/api/admin/badges/{name}", {"name_ko": "a", "name_en": "a", "text_ko": "", "text_en": ""}, name_ko="another"
    ),
    "admin_upload_ranking": _document(
        "/api/admin/rankings/2025-12-09",
        {"entries": [{"rank": 1, "display_name": "a", "score": 1}]},
        entries=[{"rank": 1, "display_name": "b", "score": 2}],
    ),
    "admin_upload_coupon_codes": _codes,
    "admin_upload_promotion_codes": _promo_codes,
    "admin_rename_team": lambda stage: _team(stage, by="operator"),
    "make_team": _team,
    "rename_player": lambda stage: _rename(stage, by="host"),
    "admin_rename_player": lambda stage: _rename(stage, by="operator"),
    "admin_set_host_signing": _issuer,
    "ingest_events": _events,
    "make_players": _players,
}
# they take a name, and no other thing can come under it
FREE = {
    "admin_get_token": "a sign-in: the code is of the second factor",
    "admin_confirm_second_factor": "the code is of the second factor",
    "admin_drop_second_factor": "the code is of the second factor",
    "admin_add_api_key": "a label: a host may have two keys of one name; the key of the request is in value_doors.py",
    "admin_create_webhook": "a label: a host may have two endpoints of one name",
    "admin_change_webhook": "a label, and guarded by If-Match",
    "admin_add_promotion": "keyed: value_doors.py",
    "admin_replace_bridge": "what stands, guarded by If-Match",
    "admin_replace_leaderboard": "what stands, guarded by If-Match",
    "admin_replace_mission": "what stands, guarded by If-Match",
    "admin_replace_promotion": "what stands, guarded by If-Match",
    "admin_replace_season": "what stands, guarded by If-Match",
    "admin_replace_contest": "what stands, guarded by If-Match",
    "admin_rename_coupon_pool": "words for people, guarded by If-Match",
    "redeem_code": "keyed: KEYS",
    "merge_players": "names two that are there; both are one from then on",
    "get_token": "names who is there, or makes them; a nickname is the newest one",
    "admin_mark_on_leaderboard": "names who is there",
    "admin_grant_premium": "names who is there",
    "admin_revoke_premium": "names who is there",
    "admin_restore_streak": "names who is there",
    "admin_grant_tokens": "names who is there",
    "admin_ask_make_good": "names who is there",
    "admin_revoke_tokens": "names who is there",
}
