"""One player as support sees them: facts, wallets, where they stand, and one timeline of all that happened.

Reads user_profiles, wallets, season_progress, season_passes, seasons, user_event_log, admin_audit_log. Writes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.errors import AppError
from app.services import House, Services
from app.services.player_state import Wanted

Row = dict[str, Any]
Mark = tuple[int | None, int | None]
START: Mark = (None, None)


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
    """Everything on a player's page. `next` continues the timeline: (event, act) to go on behind; None at its end."""

    profile: Row
    balances: dict[str, int]
    debts: dict[str, int]
    progress: list[Row]
    seasons: list[Row]
    lines: list[Line]
    next: Mark | None

    def groups(self) -> list[list[Line]]:
        """The lines, those of one request together."""
        groups: list[list[Line]] = []
        for line in self.lines:
            if groups and line.request_id is not None and groups[-1][0].request_id == line.request_id:
                groups[-1].append(line)
            else:
                groups.append([line])
        return groups


async def player_story(house: House, user_id: int, *, after: Mark = START, limit: int) -> PlayerStory:
    """The story of one player, newest first, `limit` lines from the mark `after` on. Raises USER_NOT_FOUND."""

    async def work(keepers: Services) -> PlayerStory:
        profile = await keepers.player.profile(user_id)
        players = await keepers.player.look([user_id], Wanted(wallets=True))
        if profile is None or user_id not in players:
            raise AppError("USER_NOT_FOUND")
        events = await keepers.event_log.of_player(user_id, after=after[0], limit=limit)
        acts = await keepers.audit.page(target=f"player:{user_id}", after=after[1], limit=limit)
        lines, following = _woven(events, acts, after, limit)
        return PlayerStory(
            profile=profile,
            balances=dict(sorted(players[user_id].balances.items())),
            debts=players[user_id].debts,
            progress=await keepers.season_pass.of_player(user_id),
            seasons=await keepers.season.heads(),
            lines=lines,
            next=following,
        )

    return await house.snapshot(work)


def _woven(events: list[Row], acts: list[Row], after: Mark, limit: int) -> tuple[list[Line], Mark | None]:
    """The newest lines of what the player and operators did, each log in its own order, and where the next page begins.

    Both logs were read to `limit + 1`: what is left of either is told on the next page.
    """
    lines: list[Line] = []
    left, last = [[*events], [*acts]], [*after]
    while any(left) and len(lines) < limit:
        number = max((n for n in range(len(left)) if left[n]), key=lambda n: left[n][0]["created_at"])
        row = left[number].pop(0)
        last[number] = row["id"]
        lines.append(TELL[number](row))
    return lines, (last[0], last[1]) if any(left) else None


def _of_event(row: Row) -> Line:
    return Line(
        row["created_at"], row["event_type"], row["feature_type"], row["reference"], row["facts"], row["request_id"]
    )


def _of_act(act: Row) -> Line:
    facts = {name: act[name] for name in ("before", "after") if act[name] is not None}
    return Line(
        act["created_at"], act["action"], None, None, facts, act["request_id"], actor=act["actor"], reason=act["reason"]
    )


TELL = (_of_event, _of_act)
