"""An operator uploads a whole day's ranking. Locks and writes daily_rankings and its entries; writes the audit log."""

from collections.abc import Sequence
from datetime import date

from app.core.errors import AppError, invalid
from app.core.time_utils import kst_date
from app.domain.boards import display_name
from app.domain.ranking import RankingEntry, require_whole
from app.flows.steps.edits import Row, require_version
from app.services import House, Services
from app.services.audit_service import AdminAct

ALL_ENTRIES = 1_000
KEPT_ENTRIES = 10  # the audit log keeps the head of what was replaced; the upload itself is the operator's file


async def upload_ranking(
    house: House,
    act: AdminAct,
    day: date,
    entries: Sequence[RankingEntry],
    *,
    host: str,
    expected_version: int | None,
    is_blind: bool,
) -> tuple[Row, bool]:
    """The day's ranking as it stands now, and whether it is new. All of it is replaced, or nothing.

    Raises RANKING_CONFLICT for a rank or player that stands twice, VALIDATION_ERROR for a day that has not come, a host
    that isn't there and players whom it doesn't have, VERSION_CONFLICT, and PRECONDITION_REQUIRED when a day that has a
    ranking is changed without naming a version.
    """
    require_whole(entries)
    now = house.clock.now()
    if day > kst_date(now):
        raise invalid(("date", f"the day has not come: today is {kst_date(now)}"))

    async def work(keepers: Services) -> tuple[Row, bool]:
        before = await keepers.ranking.head(day, locked=True)
        if before is not None and is_blind:
            raise AppError("PRECONDITION_REQUIRED", current_version=before["version"])
        current = 0 if before is None else before["version"]
        require_version(expected_version, current)
        if not await keepers.identity.is_known_host(host):
            raise invalid(("host", "unknown host"))
        kept = await keepers.ranking.entries(day, limit=KEPT_ENTRIES)
        rows = await _rows(keepers, host, entries)
        await keepers.ranking.replace(day, rows, version=current + 1, actor=act.actor, now=now)
        after = await _shown(keepers, day)
        await keepers.audit.add(
            act,
            "RANKING_UPLOADED",
            f"ranking:{day.isoformat()}",
            before={"version": current, "entries": [_scored(_line(row)) for row in kept]},
            after={
                "version": current + 1,
                "count": len(rows),
                "entries": [_scored(one) for one in after["entries"][:KEPT_ENTRIES]],
            },
            now=now,
        )
        return after, before is None

    return await house.write(work, is_repeatable=False)


async def find_ranking(house: House, day: date) -> Row:
    """A day's ranking with all entries. Raises NOT_FOUND."""
    return await house.read(lambda keepers: _shown(keepers, day))


async def _rows(
    keepers: Services, host: str, entries: Sequence[RankingEntry]
) -> list[tuple[int, int | None, str, int]]:
    known = await keepers.ranking.known(host, (entry.external_id for entry in entries if entry.external_id is not None))
    unknown = [
        (f"entries.{number}.external_id", "the host has no such player")
        for number, entry in enumerate(entries)
        if entry.external_id is not None and entry.external_id not in known
    ]
    if unknown:
        raise invalid(*unknown)
    return [
        (
            entry.rank,
            known[entry.external_id][0] if entry.external_id is not None else None,
            entry.display_name or display_name(known[str(entry.external_id)][1], str(entry.external_id)),
            entry.score,
        )
        for entry in sorted(entries, key=lambda entry: entry.rank)
    ]


async def _shown(keepers: Services, day: date) -> Row:
    head = await keepers.ranking.head(day)
    if head is None:
        raise AppError("NOT_FOUND")
    entries = await keepers.ranking.entries(day, limit=ALL_ENTRIES)
    return {
        "date": day,
        "version": head["version"],
        "updated_at": head["updated_at"],
        "updated_by": head["updated_by"],
        "entries": [_line(row) for row in entries],
    }


def _scored(line: Row) -> Row:
    """What the operators' log keeps of a line: it outlives an erasure, so no name."""
    return {name: line[name] for name in ("rank", "user_id", "score")}


def _line(row: Row) -> Row:
    return {"rank": row["rank_no"], **{name: row[name] for name in ("user_id", "display_name", "score")}}
