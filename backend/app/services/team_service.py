"""Keeper of contests of teams, the teams, their members and how it ended."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, update

from app.core.names import name_key
from app.db.statements import Statement, Upsert
from app.db.transaction import Tx, new_row_id
from app.db.values import day_in, instant_in, instant_out, json_in, json_out, known_instant_in
from app.domain.privacy import INVISIBLE
from app.domain.team_member import Membership
from app.domain.teams import ContestConfig
from app.models.team import team_contests, team_members, team_results, teams

Row = dict[str, Any]
# the name of a team whose own was given to another: no player can type its last sign
ABANDONED = "left"
OPEN, FROZEN, SETTLED = "OPEN", "FROZEN", "SETTLED"
# no lock: the players' own locks guard these rows
MEMBERSHIPS = Statement("""
    SELECT contest_id, user_id, team_id, joined_at, score, reached_at, counted_on, counted_today FROM team_members
    WHERE contest_id IN ({contests}) AND user_id IN ({ids})
""")
# a contest is its season's, a season its program's
OWNER = Statement("""
    SELECT p.host_id FROM team_contests c JOIN seasons s ON s.id = c.season_id JOIN programs p ON p.code = s.program
    WHERE c.id = ?
""")
SET_MEMBERS = Upsert(
    team_members,
    ["contest_id", "user_id"],
    ["team_id", "joined_at", "score", "reached_at", "counted_on", "counted_today"],
)
# by score, then by who reached it first; a team without a score comes last, in the order of making
RANKS = """
    SELECT t.id AS team_id, COALESCE(SUM(m.score), 0) AS score, COUNT(m.user_id) AS members,
           ROW_NUMBER() OVER (
               ORDER BY COALESCE(SUM(m.score), 0) DESC, MAX(m.reached_at) IS NULL, MAX(m.reached_at), t.id
           ) AS rank_no, t.name
    FROM teams t LEFT JOIN team_members m ON m.contest_id = t.contest_id AND m.team_id = t.id
    WHERE t.contest_id = ? AND t.closed_at IS NULL GROUP BY t.id, t.name
"""
BOARD = Statement(f"SELECT * FROM ({RANKS}) ranks WHERE rank_no > ? AND rank_no <= ? OR team_id = ? ORDER BY rank_no")
FREEZE = Statement(f"""
    INSERT INTO team_results (contest_id, rank_no, team_id, score, members)
    SELECT ?, ranks.rank_no, ranks.team_id, ranks.score, ranks.members FROM ({RANKS}) ranks
""")
DUE = Statement("""
    SELECT m.user_id, r.rank_no, m.score FROM team_members m
    JOIN team_results r ON r.contest_id = m.contest_id AND r.team_id = m.team_id
    WHERE m.contest_id = ? AND m.user_id > ? AND m.score > 0 AND r.rank_no <= ? ORDER BY m.user_id LIMIT ?
""")


class TeamService:
    """Keeper of teams."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def page(self, *, after: int | None, limit: int) -> list[Row]:
        """Newest contests first, `limit + 1` at most, older than the contest `after`."""
        query = select(team_contests)
        if after is not None:
            query = query.where(team_contests.c.id < after)
        rows = (await self._tx.execute(query.order_by(team_contests.c.id.desc()).limit(limit + 1))).mappings()
        return [dict(row) | {"config": json_in(row["config"])} for row in rows]

    async def find(self, code: str, *, locked: bool = False) -> Row | None:
        """One contest. Lock every switch before you lock it."""
        query = select(team_contests).where(team_contests.c.code == code)
        row = (await self._tx.execute(query.with_for_update() if locked else query)).mappings().first()
        return None if row is None else dict(row) | {"config": json_in(row["config"])}

    async def owner(self, contest_id: int) -> int | None:
        """The host whose players the contest is for; None: those of every host."""
        rows = await self._tx.rows(OWNER, (contest_id,))
        return rows[0][0] if rows else None

    async def unsettled(self) -> list[Row]:
        """The active contests that are still to be settled, by id."""
        c = team_contests.c
        query = select(team_contests).where(c.is_active.is_(True), c.state != SETTLED).order_by(c.id)
        return [dict(row) for row in (await self._tx.execute(query)).mappings()]

    async def add(self, config: ContestConfig, *, is_active: bool, now: datetime) -> None:
        """A new contest as version 1."""
        values = {"code": config.code, "season_id": config.season_id, "is_active": is_active, "state": OPEN}
        text = json_out(config.view())
        await self._tx.execute(
            team_contests.insert().values(**values, version=1, config=text, created_at=now, updated_at=now)
        )

    async def change(
        self, contest_id: int, *, now: datetime, config: ContestConfig | None = None, **values: Any
    ) -> None:
        """Some columns, as the contest's next version. Lock it first."""
        c = team_contests.c
        kept = {} if config is None else {"config": json_out(config.view()), "season_id": config.season_id}
        await self._tx.execute(
            update(team_contests)
            .where(c.id == contest_id)
            .values(**values, **kept, version=c.version + 1, updated_at=now)
        )

    async def players(self, contest_id: int) -> int:
        """How many players are in its teams."""
        query = select(func.count()).where(team_members.c.contest_id == contest_id)
        return int((await self._tx.execute(query)).scalar_one())

    async def memberships(self, user_ids: Iterable[int], contests: Collection[int]) -> list[Membership]:
        """In which team the players are. To change it, lock the players first."""
        ids = sorted(user_ids)
        rows = await self._tx.rows(MEMBERSHIPS, [*contests, *ids], contests=len(contests), ids=len(ids))
        return [
            Membership(contest, user, team, known_instant_in(joined), score, instant_in(at), day_in(on), today)
            for contest, user, team, joined, score, at, on, today in rows
        ]

    async def save(self, members: Iterable[Membership]) -> None:
        """Writes members with their scores. The players must be locked."""
        await self._tx.write(
            SET_MEMBERS,
            [
                (m.contest_id, m.user_id, m.team_id, instant_out(m.joined_at), m.score,
                 None if m.reached_at is None else instant_out(m.reached_at),
                 None if m.counted_on is None else m.counted_on.isoformat(), m.counted_today)
                for m in members
            ],
        )  # fmt: skip

    async def leave(self, contest_id: int, user_id: int) -> None:
        """Takes a player out of their team, with their score. Lock the player first."""
        c = team_members.c
        await self._tx.execute(delete(team_members).where(c.contest_id == contest_id, c.user_id == user_id))

    async def make(self, contest_id: int, name: str, *, user_id: int, now: datetime) -> int | None:
        """A new team; None when the name, or one that people take for it, is taken in the contest.

        An empty team keeps nobody from its name: it is closed, as nobody's, and its row stays locked until the commit.
        """
        namesake = await self._namesake(contest_id, name)
        if namesake is not None:
            if await self.lock_team(contest_id, namesake) != 0:  # somebody is in it, or an operator closed it
                return None
            await self._abandon(namesake, now=now)
        values = {"contest_id": contest_id, "name": name, "name_key": name_key(name)}
        return new_row_id(await self._tx.execute(teams.insert().values(**values, created_by=user_id, created_at=now)))

    async def rename(self, contest_id: int, team_id: int, name: str) -> bool:
        """Another name for a team, which must be locked; False when the name is taken."""
        if await self._namesake(contest_id, name, but=team_id) is not None:
            return False
        await self._tx.execute(update(teams).where(teams.c.id == team_id).values(name=name, name_key=name_key(name)))
        return True

    async def close(self, contest_id: int, team_id: int, *, now: datetime) -> None:
        """The team has no members any more and is ranked nowhere; its name stays taken. Lock members and team first."""
        m = team_members.c
        await self._tx.execute(delete(team_members).where(m.contest_id == contest_id, m.team_id == team_id))
        await self._tx.execute(update(teams).where(teams.c.id == team_id).values(closed_at=now))

    async def made_by(self, contest_id: int, user_id: int) -> int:
        """How many teams of the contest the player has made, closed ones too. Lock the player first."""
        query = select(func.count()).where(teams.c.contest_id == contest_id, teams.c.created_by == user_id)
        return int((await self._tx.execute(query)).scalar_one())

    async def _abandon(self, team_id: int, *, now: datetime) -> None:
        values = {"closed_at": now, "name": f"{ABANDONED}:{team_id}{INVISIBLE}", "name_key": None}
        await self._tx.execute(update(teams).where(teams.c.id == team_id).values(**values))

    async def _namesake(self, contest_id: int, name: str, *, but: int = 0) -> int | None:
        """The team that has the name. The unique keys are the second line.

        Names without a key are from before it came: few, and compared here.
        """
        c, key = teams.c, name_key(name)
        others = (c.contest_id == contest_id, c.id != but)
        same = select(c.id).where(*others, or_(c.name == name, c.name_key == key))
        found = (await self._tx.execute(same)).first()
        if found is not None:
            return int(found.id)
        old = (await self._tx.execute(select(c.id, c.name).where(*others, c.name_key.is_(None)))).all()
        return next((int(row.id) for row in old if name_key(row.name) == key), None)

    async def lock_team(self, contest_id: int, team_id: int) -> int | None:
        """How many members a team has, its row locked until the commit; None when the contest has no such team."""
        own = (teams.c.contest_id == contest_id, teams.c.id == team_id, teams.c.closed_at.is_(None))
        if (await self._tx.execute(select(teams.c.id).where(*own).with_for_update())).first() is None:
            return None
        return len(await self.members(contest_id, team_id))

    async def members(self, contest_id: int, team_id: int) -> dict[int, int]:
        """What each member added to the score, by player."""
        m = team_members.c
        query = select(m.user_id, m.score).where(m.contest_id == contest_id, m.team_id == team_id)
        return {row.user_id: row.score for row in await self._tx.execute(query)}

    async def board(self, contest_id: int, *, top: int, own_team: int = 0, after: int = 0) -> list[Row]:
        """The first `top` teams behind the rank `after` as they stand, and the given one wherever it is."""
        rows = await self._tx.rows(BOARD, (contest_id, after, after + top, own_team))
        names = ("team_id", "score", "members", "rank", "name")
        return [dict(zip(names, row, strict=True)) | {"score": int(row[1])} for row in rows]

    async def freeze(self, contest_id: int) -> None:
        """Writes the ranks down, once. Nothing may be added to the scores any more."""
        await self._tx.run(FREEZE, (contest_id, contest_id))

    async def result_of(self, contest_id: int, team_id: int) -> Row | None:
        """How one team stood when its contest was frozen."""
        c = team_results.c
        query = select(team_results, teams.c.name).join(teams, teams.c.id == c.team_id)
        row = (await self._tx.execute(query.where(c.contest_id == contest_id, c.team_id == team_id))).mappings().first()
        return None if row is None else dict(row)

    async def results(self, contest_id: int, *, after: int, limit: int) -> list[Row]:
        """The next ranks of a frozen contest, `limit + 1` at most."""
        c = team_results.c
        query = select(team_results, teams.c.name).join(teams, teams.c.id == c.team_id)
        query = query.where(c.contest_id == contest_id, c.rank_no > after).order_by(c.rank_no).limit(limit + 1)
        return [dict(row) for row in (await self._tx.execute(query)).mappings()]

    async def ranked(self, user_id: int) -> list[Row]:
        """The settled contests in which the player added to a team: `code`, `config`, `rank_no` and `own_score`."""
        m, r, c = team_members.c, team_results.c, team_contests.c
        query = select(c.id, c.code, c.config, r.rank_no, m.score.label("own_score"))
        query = query.join(team_members, m.contest_id == c.id).join(
            team_results, and_(r.contest_id == m.contest_id, r.team_id == m.team_id)
        )
        rows = await self._tx.execute(query.where(m.user_id == user_id, m.score > 0, c.state == SETTLED).order_by(c.id))
        return [dict(row) | {"config": json_in(row["config"])} for row in rows.mappings()]

    async def due(self, contest_id: int, *, after: int, last_rank: int, limit: int) -> list[tuple[int, int, int]]:
        """(player, rank of the team, own score) of the next members who added to a team of a rewarded rank."""
        rows = await self._tx.rows(DUE, (contest_id, after, last_rank, limit))
        return [(row[0], row[1], row[2]) for row in rows]
