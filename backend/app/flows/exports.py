"""What operators take out for a spreadsheet: whole, part by part, the same columns at every door.

Reads only; writes admin_audit_log where codes are taken out.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from app.core.errors import AppError, invalid
from app.core.invariants import require
from app.core.numbers import whole_number
from app.core.time_utils import kst_date, kst_midnight
from app.db.values import instant_out, json_in, known_day_in
from app.flows.steps.edits import Row
from app.games import GAMES
from app.services import House
from app.services.audit_service import AdminAct
from app.services.export_service import SOURCES

AT_ONCE = 1_000
EXPORTED = "CODES_EXPORTED"
WHO = ("user_id", "host", "external_id", "nickname")
GAME_CODES = {game.feature_type: code for code, game in GAMES.items()}


@dataclass(frozen=True, slots=True)
class Export:
    """One file: its columns in order. `by_season` and `by_prize` may filter by what only the row's meaning tells."""

    source: str
    columns: tuple[str, ...]
    by_season: bool = False
    by_prize: bool = False
    # where it holds what is as good as money: of what, in the audit log's words, with `values` of Wanted
    audited: str | None = None

    @property
    def key(self) -> str:
        return "user_id" if self.source == "players" else SOURCES[self.source].key


EXPORTS: dict[str, Export] = {
    "rewards": Export(
        "rewards",
        ("id", "created_at", *WHO, "operation_id", "source", "season", "game", "prize_label", "reward_type", "amount",
         "token_type", "code", "state", "attempts", "last_error", "requested_by", "approved_by", "updated_at"),
        by_season=True, by_prize=True,
    ),
    "plays": Export(
        "plays",
        ("id", "created_at", *WHO, "season", "game", "config_version", "play_no", "prize_label", "reward_type",
         "reward_amount", "is_win", "reward_state", "token_type", "cost"),
        by_season=True, by_prize=True,
    ),
    "ledger": Export(
        "ledger", ("id", "created_at", *WHO, "token_type", "delta", "balance_after", "reason", "operation_id")
    ),
    "audit": Export(
        "audit", ("id", "created_at", "actor", "action", "target", "reason", "before", "after", "request_id")
    ),
    "players": Export("players", (*WHO, "is_blocked", "created_at")),
    "coupon_codes": Export(
        "coupon_codes",
        ("code", "expires_at", "state", "pool", "batch_id", *WHO, "operation_id", "assigned_at", "voided_at"),
        audited="coupon_pool:{pool}",
    ),
    "promo_codes": Export(
        "promo_codes", ("code", "campaign", "claims", *WHO, "claimed_at"), audited="promo:{campaign}"
    ),
    "promo_claims": Export("promo_claims", ("unit_no", "campaign", *WHO, "code", "operation_id", "created_at")),
    "ranks": Export("ranks", ("rank_no", *WHO, "score", "reached_at", "state")),
    "ranking": Export("ranking", ("rank", "external_id", "display_name", "score", "user_id", "host")),
    "teams": Export("teams", ("rank_no", "team_id", "name", "score", "members")),
    "settlements": Export(
        "settlements",
        (*WHO, "campaign", "outcome", "key_count", "pending_points", "points_paid", "level_state", "level_after",
         "xp_added", "season", "created_at"),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: days are KST and inclusive; `values` by the names of the source's filters."""

    since: date | None = None
    until: date | None = None
    season: str | None = None
    prize: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


async def export_rows(house: House, name: str, wanted: Wanted, act: AdminAct | None = None) -> AsyncIterator[list[Row]]:
    """Every row that is wanted, a thousand at once, each part read by itself: nothing is locked or kept in memory.

    What is `audited` needs an `act`, which is noted before the first row is read. Raises VALIDATION_ERROR, before the
    first part, for a filter that this export doesn't have and for days that end before they begin.
    """
    export, filters = EXPORTS[name], _filters(name, wanted)
    if export.audited is not None:
        await _note(house, act, export.audited.format(**wanted.values))
    seasons = [_season(row) for row in await house.read(lambda keepers: keepers.export.seasons())]
    if wanted.season is not None:
        season = next((one for one in seasons if one["season_name"] == wanted.season), None)
        if season is None:
            yield []
            return
        filters |= _days(season["start_date"], season["end_date"], "season_from", "season_to")
    after: Any = None
    while True:
        rows = await _part(house, export, filters, after)
        told = [_told(row, export, seasons) for row in rows]
        yield [row for row in told if _fits(row, wanted)]
        if len(rows) < AT_ONCE:
            return
        after = rows[-1][export.key]


async def _note(house: House, act: AdminAct | None, target: str) -> None:
    require(act is not None, "whoever takes codes out is named")
    now = house.clock.now()
    await house.write(lambda keepers: keepers.audit.add(act, EXPORTED, target, now=now))  # type: ignore[arg-type]


async def season_names(house: House) -> list[str]:
    """What a file can be narrowed to."""
    return [row["season_name"] for row in await house.read(lambda keepers: keepers.export.seasons())]


async def _part(house: House, export: Export, filters: Mapping[str, Any], after: Any) -> list[Row]:
    return await house.read(lambda k: k.export.part(export.source, filters, after=after, limit=AT_ONCE))


def _filters(name: str, wanted: Wanted) -> dict[str, Any]:
    export, known = EXPORTS[name], SOURCES[EXPORTS[name].source].wheres
    values = {key: value for key, value in wanted.values.items() if value is not None}
    values |= _days(wanted.since, wanted.until, "since", "until")
    unknown = [key for key in values if key not in known]
    unknown += ["season"] if wanted.season and not export.by_season else []
    unknown += ["prize"] if wanted.prize and not export.by_prize else []
    if wanted.since is not None and wanted.until is not None and wanted.until < wanted.since:
        raise invalid(("until", "before `since`"))
    if unknown:
        raise invalid(*((key, "this export can't be filtered by it") for key in unknown))
    return values


def _days(first: date | None, last: date | None, since: str, until: str) -> dict[str, str]:
    """The filters of these names for KST days, both included."""
    bounds = {since: first, until: None if last is None else last + timedelta(days=1)}
    return {name: instant_out(kst_midnight(day)) for name, day in bounds.items() if day is not None}


def _fits(row: Row, wanted: Wanted) -> bool:
    if wanted.season is not None and row["season"] != wanted.season:
        return False
    return wanted.prize is None or row["prize_label"] == wanted.prize


def _told(row: Row, export: Export, seasons: list[Row]) -> Row:
    """The row with what its columns mean: the season, the prize, the state."""
    if export.by_prize:
        prize = _prize(row["prize"])
        row["prize_label"] = prize.get("label") or prize.get("outcome")
        row["game"] = GAME_CODES.get(row["game"], row["game"])
        row.setdefault("reward_type", prize.get("reward_type"))
        row["reward_amount"] = prize.get("reward_amount")
    if export.by_season:
        row["season"] = _season_of(row, seasons)
    if export.source == "coupon_codes":
        row["state"] = "VOID" if row["voided_at"] else "GIVEN" if row["operation_id"] else "FREE"
    if export.source in ("plays", "players"):
        flag = "is_win" if export.source == "plays" else "is_blocked"
        row[flag] = int(bool(row[flag]))
    return row


def _prize(stored: str | None) -> Row:
    """The prize inside a play's document: its segment, its ticket, its box, or the game against the dealer."""
    parts = json_in(stored).values() if stored else ()
    return next((part for part in parts if isinstance(part, dict)), {})


def _season_of(row: Row, seasons: list[Row]) -> str | None:
    """The season that a reward names itself, else the one that ran for the player on its KST day."""
    kind, _, rest = str(row.get("operation_id") or "").partition(":")
    number = whole_number(rest.partition(":")[0])
    if kind == "SEASON" and number is not None:
        return next((one["season_name"] for one in seasons if one["id"] == number), None)
    day = kst_date(row["created_at"])
    running = (one for one in seasons if one["start_date"] <= day <= one["end_date"])
    return next((one["season_name"] for one in running if one["host"] in (None, row["host"])), None)


def _season(row: Row) -> Row:
    return row | {name: known_day_in(row[name]) for name in ("start_date", "end_date")}


def game_filter(code: str | None) -> str | None:
    """A game's feature as rows name it; raises GAME_NOT_FOUND for a code that no game has."""
    if code is None:
        return None
    if code not in GAMES:
        raise AppError("GAME_NOT_FOUND")
    return GAMES[code].feature_type
