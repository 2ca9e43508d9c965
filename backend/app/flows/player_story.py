"""One player as support sees them: facts, wallets, where they stand, and one timeline of all that happened.

Reads user_profiles, wallets, season_progress, season_passes, seasons, user_event_log, admin_audit_log. Writes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.errors import AppError
from app.services import House, Services
from app.services.player_state import Wanted
from app.utils.pagination import page

Row = dict[str, Any]
MOST_ACTS = 100
MOST_SEASONS = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened. `actor` stands where an operator did it."""

    at: datetime
    what: str
    feature_type: str | None
    reference: str | None
    facts: Any
    request_id: str | None
    actor: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class PlayerStory:
    """Everything on a player's page. `next` continues the timeline."""

    profile: Row
    balances: dict[str, int]
    debts: dict[str, int]
    progress: list[Row]
    seasons: list[Row]
    lines: list[Line]
    next: int | None

    def groups(self) -> list[list[Line]]:
        """The lines, those of one request together."""
        groups: list[list[Line]] = []
        for line in self.lines:
            if groups and line.request_id is not None and groups[-1][0].request_id == line.request_id:
                groups[-1].append(line)
            else:
                groups.append([line])
        return groups


async def player_story(house: House, user_id: int, *, after: int | None, limit: int) -> PlayerStory:
    """The story of one player, newest first. Raises USER_NOT_FOUND."""

    async def work(keepers: Services) -> PlayerStory:
        profile = await keepers.player.profile(user_id)
        players = await keepers.player.look([user_id], Wanted(wallets=True))
        if profile is None or user_id not in players:
            raise AppError("USER_NOT_FOUND")
        seasons = (await keepers.season.page(after=None, limit=MOST_SEASONS))[:MOST_SEASONS]
        events = page(await keepers.event_log.of_player(user_id, after=after, limit=limit), limit)
        acts = await keepers.audit.page(target=f"player:{user_id}", after=None, limit=MOST_ACTS)
        return PlayerStory(
            profile=profile,
            balances=dict(sorted(players[user_id].balances.items())),
            debts=players[user_id].debts,
            progress=await keepers.season_pass.of_player(user_id),
            seasons=seasons,
            lines=_woven(events, acts, is_first=after is None),
            next=events["next"],
        )

    return await house.snapshot(work)


def _woven(events: Row, acts: list[Row], *, is_first: bool) -> list[Line]:
    """The events of a page with what operators did in the same stretch of time."""
    rows = events["items"]
    newest = None if is_first or not rows else rows[0]["created_at"]
    oldest = rows[-1]["created_at"] if events["has_more"] else None
    lines = [_of_event(row) for row in rows]
    lines += [
        _of_act(act)
        for act in acts
        if (newest is None or act["created_at"] <= newest) and (oldest is None or act["created_at"] >= oldest)
    ]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _of_event(row: Row) -> Line:
    return Line(
        row["created_at"], row["event_type"], row["feature_type"], row["reference"], row["facts"], row["request_id"]
    )


def _of_act(act: Row) -> Line:
    facts = {name: act[name] for name in ("before", "after") if act[name] is not None}
    return Line(
        act["created_at"], act["action"], None, None, facts, act["request_id"], actor=act["actor"], reason=act["reason"]
    )
