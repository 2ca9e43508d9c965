"""The floor of a daily stamp: what a C client could do at best. Raw SQL, one transaction and one round trip a stamp.

Writes the same rows and columns as the service (test_floors.py compares them): season_progress, season_stamp_log,
season_xp_ledger, user_event_log, idempotency_keys; and where the stamp opens a level also season_claims, reward_log,
wallet_ledger, wallets and outbox. In the floor's favour: as in play.py.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.bench.floors.crowd import Crowd, measure, rows
from tests.bench.floors.sql import (
    ANSWER,
    EVENTS,
    FINGERPRINT,
    LEDGER,
    OUTBOX,
    PLAYER,
    REWARD,
    RULES,
    in_a_line,
    instant,
    new_id,
    new_key,
    transaction,
)

XP = 20
COIN = "ROULETTE_COIN"
STAMP = (
    "INSERT INTO season_stamp_log (user_id,season_id,period_key,source,event_type,stamp_date,stamp_count,xp_earned,"
    "created_at) VALUES "
)
XP_ENTRY = (
    "INSERT INTO season_xp_ledger (user_id,season_id,delta,xp_after,source,is_earned,operation_id,created_at) VALUES "
)
CLAIM = "INSERT INTO season_claims (user_id,season_id,track,level,is_auto,created_at) VALUES "
READS = in_a_line(RULES + PLAYER)


@dataclass(frozen=True, slots=True)
class World:
    """The day, the season and its levels: (required XP, coins)."""

    today: str
    season_id: int
    levels: Sequence[tuple[int, int]]

    @classmethod
    def of(cls, plan: dict[str, Any]) -> World:
        return cls(plan["today"], plan["season_id"], [tuple(level) for level in plan["levels"]])


@dataclass(frozen=True, slots=True)
class Player:
    """Where a player stands before the stamp."""

    user: int
    xp: int
    stamps: int
    coins: int


def stamps(client: Any, world: World, users: Sequence[int]) -> Iterator[str]:
    """One stamp of each player: a whole transaction as one text."""
    for me in known_players(client, users):
        yield one_stamp(me, world)


def one_stamp(me: Player, world: World) -> str:
    """One stamp, a whole transaction as one text."""
    reads = READS.format(today=world.today, feature="SEASON_PASS", season=world.season_id, user=me.user)
    return transaction(reads + stamp_text(me, world))


def known_players(client: Any, users: Sequence[int]) -> list[Player]:
    """Where these players stand; all have coins and progress."""
    if not users:
        return []
    found = rows(
        client,
        f"SELECT p.user_id, p.current_xp, p.total_stamps, w.balance FROM season_progress p"
        f" JOIN wallets w ON w.user_id = p.user_id AND w.token_type = '{COIN}'"
        f" WHERE p.user_id BETWEEN {users[0]} AND {users[-1]}",
    )
    return [Player(*map(int, row)) for row in found]


def stamp_text(me: Player, world: World) -> str:
    """Everything that one stamp writes."""
    now, request, user, season = instant(), new_key(), me.user, world.season_id
    cause, xp = f"'STAMP:{season}:{user}:{world.today}'", me.xp + XP
    before, level = _level(me.xp, world), _level(xp, world)
    facts = f'{{"period_key":"{world.today}","xp_earned":{XP},"stamp_event":"DAILY_STAMP"}}'
    events = f"({user},'SEASON_PASS_STAMP','SEASON_PASS',{cause},'{facts}','{request}',{now})"
    opened = rewards = ""
    if level > before:  # never more than one: the levels lie farther apart than a stamp's XP
        coins = world.levels[level - 1][1]
        opened = _level_text(me, level, coins, season, now)
        events += _level_events(user, level, coins, season, f"'{request}',{now}")
        rewards = (
            f'{{"level":{level},"track":"FREE","reward_type":"TOKEN","reward_amount":{coins},"token_type":"{COIN}","auto_claim":1,'
            f'"is_auto_claim":true,"claimed_at":"{now[1:11]}T{now[12:-1]}+09:00"}}'
        )
    answer = (
        f'{{"added_stamp":1,"xp_added":{XP},"current_level":{level},"current_xp":{xp},'
        f'"leveled_up":{json.dumps(level > before)},"rewards":[{rewards}],"streak":null}}'
    )
    return (
        f"UPDATE season_progress SET current_level={level},current_xp={xp},total_stamps={me.stamps + 1},"
        f"last_stamp_date='{world.today}' WHERE user_id={user} AND season_id={season};"
        f"{STAMP}({user},{season},'{world.today}','DAILY','DAILY_STAMP','{world.today}',1,{XP},{now});"
        f"{XP_ENTRY}({user},{season},{XP},{xp},'STAMP',1,{cause},{now});{opened}{EVENTS}{events};"
        f"{ANSWER}('player:{user}','STAMP','{new_key()}','{FINGERPRINT}',200,'{answer}',{now});"
    )


def _level(xp: int, world: World) -> int:
    return sum(xp >= required for required, _ in world.levels)


def _level_text(me: Player, level: int, coins: int, season: int, now: str) -> str:
    """The claim of an automatic level and its coins."""
    cause, balance = f"SEASON:{season}:{me.user}:FREE:{level}", me.coins + coins
    reached = f'{{"season_id":{season},"level":{level}}}'
    granted = f'{{"operation_id":"{cause}",{_reward(coins)},"state":"GRANTED"}}'
    return (
        f"{LEDGER}({me.user},'{COIN}',{coins},{balance},'SEASON_REWARD','{cause}',{now});"
        f"UPDATE wallets SET balance={balance} WHERE user_id={me.user} AND token_type='{COIN}';"
        f"{REWARD}({me.user},'{cause}','SEASON','TOKEN','{COIN}',NULL,{coins},'GRANTED',1,'SEASON_REWARD',{now},{now});"
        f"{CLAIM}({me.user},{season},'FREE',{level},1,{now});"
        f"{OUTBOX}('{new_id()}','season_pass.level_up',{me.user},'{reached}',0,{now},{now}),"
        f"('{new_id()}','reward.granted',{me.user},'{granted}',0,{now},{now});"
    )


def _level_events(user: int, level: int, coins: int, season: int, tail: str) -> str:
    reached = f'{{"level":{level},"season_id":{season}}}'
    granted = f'{{"source":"SEASON",{_reward(coins)},"state":"GRANTED"}}'
    return (
        f",({user},'SEASON_PASS_LEVEL_UP','SEASON_PASS','SEASON:{season}:{user}:{level}','{reached}',{tail})"
        f",({user},'REWARD_GRANTED',NULL,'SEASON:{season}:{user}:FREE:{level}','{granted}',{tail})"
    )


def _reward(coins: int) -> str:
    return f'"reward_type":"TOKEN","reward_amount":{coins},"token_type":"{COIN}"'


def main() -> None:
    """Reads a plan (JSON) from stdin and prints the figures (JSON)."""
    plan = json.load(sys.stdin)
    world, crowd, users = World.of(plan["world"]), Crowd(**plan["crowd"]), plan["users"]
    share = -(-len(users) // crowd.threads)
    figures = measure(crowd, lambda client, n: stamps(client, world, users[n * share : (n + 1) * share]))
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
