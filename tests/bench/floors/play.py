"""The floor of a play: what a C client could do at best. Raw SQL, one transaction a play, one round trip a transaction.

Writes the same rows and columns as the service (test_floors.py compares them): game_plays, wallet_ledger, wallets,
reward_log, season_progress, user_event_log, outbox, idempotency_keys; and reads what a play must know, under the same
locks. In the floor's favour: no HTTP, no token, nothing is checked, the prize is drawn before the transaction begins,
and the balances are known without reading them, because nobody else plays these players.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable, Iterator, Sequence
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

NEWEST_PLAY = (
    "SELECT play_no, play_date, day_no, memory FROM game_plays"
    " WHERE user_id = {user} AND feature_type = 'ROULETTE' ORDER BY play_no DESC LIMIT 1;"
)
PLAY = (
    "INSERT INTO game_plays (id,user_id,feature_type,config_id,play_no,play_date,day_no,rolls,prize,memory,is_win,"
    "token_type,cost,request_id,created_at) VALUES "
)
WALLETS = "INSERT INTO wallets (user_id,token_type,balance) VALUES {} ON DUPLICATE KEY UPDATE balance=VALUES(balance);"
COIN = "ROULETTE_COIN"


STOCK = "SELECT prize_id FROM prize_stock WHERE feature_type = '{feature}' ORDER BY prize_id FOR UPDATE;"


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
    """One segment of the roulette, as the service writes it."""

    token: str | None  # the wallet it moves; None = nothing won
    kind: str
    amount: int
    segment: str  # JSON
    reward: str  # JSON without its braces


@dataclass(frozen=True, slots=True)
class World:
    """The day, the season, the config in force and its prizes."""

    today: str
    season_id: int
    config_id: int
    prizes: Sequence[Prize]
    weights: Sequence[int]
    stock_of: str | None = None  # the game whose stock rows a play holds

    @classmethod
    def of(cls, plan: dict[str, Any]) -> World:
        segments = plan["segments"]
        weights = [segment["weight"] for segment in segments]
        prizes = [_prize(one) for one in segments]
        return cls(plan["today"], plan["season_id"], plan["config_id"], prizes, weights, plan.get("stock_of"))


def _prize(segment: dict[str, Any]) -> Prize:
    kind, amount = segment.get("reward_type", "NONE"), segment.get("reward_amount", 0)
    token = segment.get("token_type", "POINT" if kind == "POINT" else None)
    reward = f'"reward_type":"{kind}","reward_amount":{amount}' + (
        f',"token_type":"{token}"' if kind == "TOKEN" else ""
    )
    slot, is_jackpot = segment["slot_index"], json.dumps(segment.get("is_jackpot", False))
    named = f'"id":{slot},"slot_index":{slot},"label":"{segment["label"]}"'
    return Prize(token, kind, amount, f'{{{named},{reward},"is_jackpot":{is_jackpot}}}', reward)


def plays(client: Any, world: World, user: int) -> Iterator[str]:
    """The plays of one player, for ever: each a whole transaction as one text."""
    me = known_player(lambda sql: rows(client, sql), world, user)
    looks = reads(world, user)
    while True:
        prize = random.choices(world.prizes, world.weights)[0]
        yield transaction(looks + play_text(me, prize, world))


def reads(world: World, user: int) -> str:
    """What a play must know, under lock."""
    return in_a_line(
        RULES.format(today=world.today, feature="ROULETTE")
        + PLAYER.format(user=user, season=world.season_id)
        + NEWEST_PLAY.format(user=user)
        + (STOCK.format(feature=world.stock_of) if world.stock_of else "")
    )


def known_player(ask: Callable[[str], Sequence[Any]], world: World, user: int) -> Player:
    """Where the player stands before the first play. `ask` gives the rows of a SELECT."""
    balances = ask(f"SELECT token_type, balance FROM wallets WHERE user_id = {user}")
    ((wins,),) = ask(f"SELECT internal_wins FROM season_progress WHERE user_id = {user}")
    day_no = f"CASE WHEN play_date = '{world.today}' THEN day_no END"
    ((play_no, day_no),) = ask(
        f"SELECT COALESCE(MAX(play_no), 0), COALESCE(MAX({day_no}), 0) FROM game_plays"
        f" WHERE user_id = {user} AND feature_type = 'ROULETTE'"
    )
    held = {token.decode() if isinstance(token, bytes) else token: int(balance) for token, balance in balances}
    return Player(user, held, int(wins), int(play_no), int(day_no))


def play_text(me: Player, prize: Prize, world: World) -> str:
    """Everything that one play writes."""
    now, play, request = instant(), new_id(), new_key()
    user, cause, won = me.user, f"'PLAY:{play}'", json.dumps(prize.token is not None)
    me.play_no, me.day_no, me.balances[COIN] = me.play_no + 1, me.day_no + 1, me.balances[COIN] - 1
    coins = me.balances[COIN]
    ledger = f"({user},'{COIN}',-1,{coins},'PLAY_COST',{cause},{now})"
    started = f"""{cause},'{{"config_id":{world.config_id}}}','{request}',{now}"""
    ended = f"""{cause},'{{"is_win":{won},{prize.reward}}}','{request}',{now}"""
    events = f"({user},'PLAY','ROULETTE',{started}),({user},'RESULT','ROULETTE',{ended})"
    win = ""
    if prize.token is not None:
        win = _win_text(me, prize, play, world, now)
        balance = me.balances[prize.token]
        ledger += f",({user},'{prize.token}',{prize.amount},{balance},'PLAY_REWARD',{cause},{now})"
        facts = f'{{"source":"ROULETTE",{prize.reward},"state":"GRANTED"}}'
        events += f",({user},'REWARD_GRANTED',NULL,{cause},'{facts}','{request}',{now})"
    wallets = ",".join(f"({user},'{token}',{me.balances[token]})" for token in {COIN, prize.token or COIN})
    answer = (
        f'{{"result":"OK","play_id":"{play}","segment":{prize.segment},"reward":{{{prize.reward}}},'
        f'"token_type":"{COIN}","token_balance":{coins},"season_pass":null}}'
    )
    return (
        f"{PLAY}('{play}',{user},'ROULETTE',{world.config_id},{me.play_no},'{world.today}',{me.day_no},"
        f"""'[{random.randrange(10_000)}]','{{"segment":{prize.segment}}}',NULL,{won},'{COIN}',1,'{request}',{now});"""
        f"{LEDGER}{ledger};{WALLETS.format(wallets)}{win}{EVENTS}{events};"
        f"{ANSWER}('player:{user}','PLAY','{new_key()}','{FINGERPRINT}',200,'{answer}',{now});"
    )


def _win_text(me: Player, prize: Prize, play: str, world: World, now: str) -> str:
    """What a winning play writes besides; moves the balance."""
    me.wins += 1
    me.balances[str(prize.token)] = me.balances.get(str(prize.token), 0) + prize.amount
    token = f"'{prize.token}'" if prize.kind == "TOKEN" else "NULL"
    reward = f"'ROULETTE','{prize.kind}',{token},NULL,{prize.amount},'GRANTED',1,'PLAY_REWARD',{now},{now}"
    payload = f'{{"operation_id":"PLAY:{play}",{prize.reward},"state":"GRANTED"}}'
    return (
        f"{REWARD}({me.user},'PLAY:{play}',{reward});"
        f"UPDATE season_progress SET internal_wins={me.wins} WHERE user_id={me.user} AND season_id={world.season_id};"
        f"{OUTBOX}('{new_id()}','reward.granted',{me.user},'{payload}',0,{now},{now});"
    )


def main() -> None:
    """Reads a plan (JSON) from stdin and prints the figures (JSON)."""
    plan = json.load(sys.stdin)
    world, users = World.of(plan["world"]), plan["users"]
    figures = measure(Crowd(**plan["crowd"]), lambda client, number: plays(client, world, users[number]))
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
