"""The floor of a play: what a C client could do at best. Raw SQL, one transaction a play, one round trip a transaction.

Writes the same rows and columns as the service (test_floors.py compares them): game_plays, wallet_ledger, wallets,
reward_log, season_progress, user_event_log, outbox, idempotency_keys; and reads what a play must read, under the same
locks. In the floor's favour: no HTTP, no token, nothing is checked, the prize is drawn before the transaction begins,
and the balances are known without reading them, because nobody else plays these players.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.bench.floors.crowd import rows

# what a play must know under lock: switch, config and season in force; the player with wallets and progress; the newest play
RULES = """SELECT f.is_enabled, c.id, c.version, s.id, s.version FROM feature_config f
 LEFT JOIN game_configs c ON c.feature_type = f.feature_type AND c.active_slot = 1
 LEFT JOIN seasons s ON s.is_active = 1 AND s.start_date <= '{today}' AND s.end_date >= '{today}'
 WHERE f.feature_type = '{feature}' LOCK IN SHARE MODE;"""
PLAYER = """SELECT u.is_blocked, u.tokens_valid_from, w.token_type, w.balance, p.current_level, p.current_xp,
 p.total_stamps, p.last_stamp_date, p.internal_wins FROM user_profiles u
 LEFT JOIN wallets w ON w.user_id = u.id LEFT JOIN season_progress p ON p.user_id = u.id AND p.season_id = {season}
 WHERE u.id = {user} FOR UPDATE;"""
NEWEST_PLAY = """SELECT play_no, play_date, day_no, memory FROM game_plays
 WHERE user_id = {user} AND feature_type = 'ROULETTE' ORDER BY play_no DESC LIMIT 1;"""
FINGERPRINT = "f" * 64


@dataclass(slots=True)
class Player:
    """What the client knows of its player."""

    user: int
    balances: dict[str, int]
    wins: int
    play_no: int
    day_no: int


@dataclass(frozen=True, slots=True)
class Prize:
    """One segment as the service would write it."""

    token: str | None  # the wallet it moves; None = nothing won
    kind: str
    amount: int
    segment: str  # JSON
    reward: str  # JSON without its braces


def prizes(segments: list[dict[str, Any]]) -> list[Prize]:
    return [_prize(segment) for segment in segments]


def _prize(segment: dict[str, Any]) -> Prize:
    kind, amount = segment.get("reward_type", "NONE"), segment.get("reward_amount", 0)
    token = segment.get("token_type", "POINT" if kind == "POINT" else None)
    named = f',"token_type":"{token}"' if kind == "TOKEN" else ""
    reward = f'"reward_type":"{kind}","reward_amount":{amount}{named}'
    slot, label, is_jackpot = segment["slot_index"], segment["label"], str(segment.get("is_jackpot", False)).lower()
    text = f'{{"id":{slot},"slot_index":{slot},"label":"{label}",{reward},"is_jackpot":{is_jackpot}}}'
    return Prize(token, kind, amount, text, reward)


def plays(client: Any, world: dict[str, Any], user: int) -> Iterator[str]:
    """The plays of one player, for ever: each a whole transaction as one text."""
    me = known_player(rows, client, world, user)
    today, season, config = world["today"], world["season_id"], world["config_id"]
    reads = (RULES.format(today=today, feature="ROULETTE") + PLAYER.format(user=user, season=season)
             + NEWEST_PLAY.format(user=user)).replace("\n", "")  # fmt: skip
    drawn = prizes(world["segments"])
    weights = [segment["weight"] for segment in world["segments"]]
    while True:
        roll = random.randrange(sum(weights))
        prize = random.choices(drawn, weights)[0]
        yield f"BEGIN;{reads}{_writes(me, prize, roll, today, season, config)}COMMIT"


def known_player(ask: Any, client: Any, world: dict[str, Any], user: int) -> Player:
    """Where the player stands before the first play. `ask(client, sql)` gives the rows of a SELECT."""
    balances = {_text(token): int(balance) for token, balance in ask(
        client, f"SELECT token_type, balance FROM wallets WHERE user_id = {user}")}  # fmt: skip
    ((wins,),) = ask(client, f"SELECT internal_wins FROM season_progress WHERE user_id = {user}")
    ((play_no, day_no),) = ask(
        client,
        f"SELECT COALESCE(MAX(play_no), 0), COALESCE(MAX(CASE WHEN play_date = '{world['today']}' THEN day_no END), 0)"
        f" FROM game_plays WHERE user_id = {user} AND feature_type = 'ROULETTE'",
    )
    return Player(user, balances, int(wins), int(play_no), int(day_no))


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


def new_id(milliseconds: int) -> str:
    """A UUIDv7, as the service makes them."""
    begin, tail = f"{milliseconds:012x}", os.urandom(9).hex()
    return f"{begin[:8]}-{begin[8:]}-7{tail[:3]}-8{tail[3:6]}-{tail[6:18]}"


def _writes(me: Player, prize: Prize, roll: int, today: str, season: int, config: int) -> str:
    seconds = time.time()
    now = time.strftime("'%Y-%m-%d %H:%M:%S", time.gmtime(seconds)) + f".{int(seconds % 1 * 1e6):06d}'"
    play, request, key = new_id(int(seconds * 1000)), os.urandom(16).hex(), os.urandom(16).hex()
    user, cause = me.user, f"'PLAY:{play}'"
    me.play_no, me.day_no, me.balances["ROULETTE_COIN"] = me.play_no + 1, me.day_no + 1, me.balances["ROULETTE_COIN"] - 1
    coins = me.balances["ROULETTE_COIN"]
    ledger = f"({user},'ROULETTE_COIN',-1,{coins},'PLAY_COST',{cause},{now})"
    events = (
        f"""({user},'PLAY','ROULETTE',{cause},'{{"config_id":{config}}}','{request}',{now}),"""
        f"""({user},'RESULT','ROULETTE',{cause},'{{"is_win":{"true" if prize.token else "false"},{prize.reward}}}','{request}',{now})"""
    )
    won = ""
    if prize.token is not None:
        me.wins += 1
        balance = me.balances[prize.token] = me.balances.get(prize.token, 0) + prize.amount
        ledger += f",({user},'{prize.token}',{prize.amount},{balance},'PLAY_REWARD',{cause},{now})"
        events += f""",({user},'REWARD_GRANTED',NULL,{cause},'{{"source":"ROULETTE",{prize.reward},"state":"GRANTED"}}','{request}',{now})"""
        won = _win(me, prize, play, season, now)
    touched = dict.fromkeys(["ROULETTE_COIN", prize.token or "ROULETTE_COIN"])
    wallets = ",".join(f"({user},'{token}',{me.balances[token]})" for token in touched)
    answer = (
        f'{{"result":"OK","play_id":"{play}","segment":{prize.segment},"reward":{{{prize.reward}}},'
        f'"token_type":"ROULETTE_COIN","token_balance":{coins},"season_pass":null}}'
    )
    return (
        f"INSERT INTO game_plays (id,user_id,feature_type,config_id,play_no,play_date,day_no,rolls,prize,memory,is_win,"
        f"token_type,cost,request_id,created_at) VALUES ('{play}',{user},'ROULETTE',{config},{me.play_no},'{today}',"
        f"""{me.day_no},'[{roll}]','{{"segment":{prize.segment}}}',NULL,{int(prize.token is not None)},'ROULETTE_COIN',1,'{request}',{now});"""
        f"INSERT INTO wallet_ledger (user_id,token_type,delta,balance_after,reason,operation_id,created_at) VALUES {ledger};"
        f"INSERT INTO wallets (user_id,token_type,balance) VALUES {wallets} ON DUPLICATE KEY UPDATE balance=VALUES(balance);"
        f"{won}"
        f"INSERT INTO user_event_log (user_id,event_type,feature_type,reference,facts,request_id,created_at) VALUES {events};"
        f"INSERT INTO idempotency_keys (actor,operation,idempotency_key,fingerprint,status,body,created_at) VALUES"
        f" ('player:{user}','PLAY','{key}','{FINGERPRINT}',200,'{answer}',{now});"
    )


def _win(me: Player, prize: Prize, play: str, season: int, now: str) -> str:
    token = f"'{prize.token}'" if prize.kind == "TOKEN" else "NULL"
    return (
        f"INSERT INTO reward_log (user_id,operation_id,source,reward_type,token_type,code,amount,state,attempts,created_at,"
        f"updated_at) VALUES ({me.user},'PLAY:{play}','ROULETTE','{prize.kind}',{token},NULL,{prize.amount},'GRANTED',1,{now},{now});"
        f"UPDATE season_progress SET internal_wins={me.wins} WHERE user_id={me.user} AND season_id={season};"
        f"INSERT INTO outbox (id,topic,user_id,payload,attempts,next_at,created_at) VALUES ('{new_id(time.time_ns() // 1_000_000)}',"
        f"""'reward.granted',{me.user},'{{"operation_id":"PLAY:{play}",{prize.reward},"state":"GRANTED"}}',0,{now},{now});"""
    )
