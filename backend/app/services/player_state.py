"""A player's state, as commands decide on it: the statement that joins what they want, and how its rows are read.

It joins tables of other keepers (wallets, progress, newest plays): one round trip, one lock order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

from app.db.statements import Statement
from app.db.values import day_in, instant_in, json_in, known_instant_in
from app.domain.player import DEFAULT_PROGRAM, LastPlay, PlayerState
from app.domain.rule_book import RuleBook
from app.domain.season import Progress
from app.domain.season_options import Counters


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which parts of a player a command needs: each costs a join, so ask only for what is used."""

    wallets: bool = False
    seasons: tuple[int, ...] = ()
    games: tuple[str, ...] = ()
    claims: bool = False
    passes: bool = False
    counters: bool = False
    # the bridge counters, and which days of these campaigns the player has
    bridges: tuple[int, ...] = ()

    @classmethod
    def of(
        cls,
        rules: RuleBook,
        *,
        wallets: bool = False,
        games: tuple[str, ...] = (),
        claims: bool = False,
        bridges: tuple[int, ...] = (),
    ) -> Self:
        """These parts, and of the seasons in force only what they use: passes and counters where there are any."""
        return cls(wallets, tuple(rules.season_ids), games, claims, rules.has_premium, rules.has_options, bridges)


# one step in an index: the first program of the player's host, if it has one of its own
OWN_PROGRAM = "(SELECT g.code FROM programs g WHERE g.host_id = u.host_id ORDER BY g.id LIMIT 1)"
COUNTERS = (
    *("counted_since", "earned_xp", "play_stamps", "overflow_bonuses"),
    *("streak_days", "streak_best", "streak_freezes", "streak_on"),
)


@lru_cache(maxsize=128)
def state_statement(wanted: Wanted, locked: bool) -> Statement:
    """One or more rows for each player, by id; takes bridges, seasons, each game twice, and ids."""
    columns = [
        "u.id, u.host_id, u.external_id, u.nickname, u.is_blocked, u.tokens_valid_from",
        "(SELECT GROUP_CONCAT(r.session_id) FROM revoked_sessions r WHERE r.user_id = u.id), u.merged_into",
        "u.reversals",
    ]
    joins = []
    if wanted.wallets:
        columns.append("w.token_type, w.balance, w.debt")
        joins.append("LEFT JOIN wallets w ON w.user_id = u.id")
    if wanted.seasons:
        columns.append(OWN_PROGRAM)
        columns.append("p.season_id, p.current_level, p.current_xp, p.total_stamps, p.last_stamp_date, p.internal_wins")
        joins.append("LEFT JOIN season_progress p ON p.user_id = u.id AND p.season_id IN ({seasons})")
    if wanted.seasons and wanted.claims:
        columns.append("c.track, c.level")
        joins.append(
            "LEFT JOIN season_claims c ON c.user_id = u.id AND c.season_id = p.season_id AND c.taken_back_at IS NULL"
        )
    if wanted.seasons and wanted.passes:
        # joined, not asked for in a subquery: only a locking read sees a pass that was committed just now
        columns.append("y.track, y.granted_at")
        joins.append(
            "LEFT JOIN season_passes y ON y.user_id = u.id AND y.season_id = p.season_id AND y.revoked_at IS NULL"
        )
    if wanted.seasons and wanted.counters:
        columns.append(", ".join(f"k.{name}" for name in COUNTERS))
        joins.append("LEFT JOIN season_counters k ON k.user_id = u.id AND k.season_id = p.season_id")
    for n in range(len(wanted.games)):
        # the newest play of each game: one step back in a unique index, however long the history
        columns.append(f"g{n}.play_no, g{n}.play_date, g{n}.day_no, g{n}.created_at, g{n}.memory")
        joins.append(
            f"LEFT JOIN game_plays g{n} ON g{n}.user_id = u.id AND g{n}.feature_type = ? AND g{n}.play_no = "
            f"(SELECT x.play_no FROM game_plays x WHERE x.user_id = u.id AND x.feature_type = ? "
            f"ORDER BY x.play_no DESC LIMIT 1)"
        )
    if wanted.bridges:
        columns.append("u.event_key_count, u.event_pending_points")
        columns.append(
            "(SELECT GROUP_CONCAT(CONCAT(k.campaign_id, ':', k.day)) FROM bridge_keys k"
            " WHERE k.user_id = u.id AND k.campaign_id IN ({bridges}) AND k.taken_back_at IS NULL)"
        )
    lock = "FOR UPDATE" if locked else ""
    return Statement(
        f"SELECT {', '.join(columns)} FROM user_profiles u {' '.join(joins)} "
        f"WHERE u.id IN ({{ids}}) ORDER BY u.id {lock}"
    )


def read_row(players: dict[int, PlayerState], row: Sequence[Any], wanted: Wanted) -> None:
    """Adds one joined row to the states; a player has as many rows as wallets x claims."""
    player = players.get(row[0])
    if player is None:
        revoked = frozenset(row[6].split(",")) if row[6] else frozenset()
        player = players[row[0]] = PlayerState(
            *(row[0], row[1], row[2], row[3], bool(row[4]), instant_in(row[5]), revoked, row[7]), reversals=row[8]
        )
    at = 9
    if wanted.wallets:
        if row[at] is not None:
            player.balances[row[at]] = row[at + 1]
            if row[at + 2]:
                player.debts[row[at]] = row[at + 2]
        at += 3
    if wanted.seasons:
        at = _read_progress(player, row, at, wanted)
    for game in wanted.games:
        if row[at] is not None:
            play_no, day, day_no, played_at, memory = row[at : at + 5]
            player.last_plays[game] = LastPlay(play_no, day_in(day), day_no, instant_in(played_at), json_in(memory))
        at += 5
    if wanted.bridges:
        player.event_key_count, player.event_pending_points, days = row[at : at + 3]
        if days:
            player.bridge_days.update(_campaign_day(pair) for pair in days.split(","))


def _campaign_day(pair: str) -> tuple[int, int]:
    campaign_id, _, day = pair.partition(":")
    return int(campaign_id), int(day)


def _read_progress(player: PlayerState, row: Sequence[Any], at: int, wanted: Wanted) -> int:
    """Reads the program and progress columns and, if asked for, claims, passes and counters; returns where they end."""
    player.program = row[at] or DEFAULT_PROGRAM
    season_id = row[at + 1]
    progress = player.progress.get(season_id)
    if progress is None and season_id is not None:
        level, xp, stamps, last, wins = row[at + 2 : at + 7]
        progress = Progress(player.id, season_id, level, xp, stamps, day_in(last), wins)
        player.progress[season_id] = progress
    at += 7
    if wanted.claims:
        if progress is not None and row[at] is not None:
            progress.claimed.add((row[at], row[at + 1]))
        at += 2
    if wanted.passes:
        if progress is not None and row[at] is not None:
            progress.passes[row[at]] = known_instant_in(row[at + 1])
        at += 2
    if wanted.counters:
        if progress is not None and row[at] is not None:
            counters = dict(zip(COUNTERS, row[at : at + len(COUNTERS)], strict=True))
            counters["counted_since"] = known_instant_in(counters["counted_since"])
            counters["streak_on"] = day_in(counters["streak_on"])
            progress.counters = Counters(player.id, season_id, **counters)
        at += len(COUNTERS)
    return at
