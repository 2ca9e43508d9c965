"""A play: one ticket, one draw, one prize.

Reads feature_config, game_configs and seasons (share-locked), user_profiles with wallets, season_progress and the
newest game_plays (locked), idempotency_keys, and for games with limited prizes prize_stock and coupon_pools (locked,
last). Writes game_plays, wallet_ledger, wallets, reward_log, coupon_codes, user_event_log, outbox, idempotency_keys,
the season_* tables when a win or the season's `stamp_on_play` touches them, bridge_keys with the counters of
user_profiles when the play earns a bridge key, mission_progress when it counts for a mission.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic_core import to_json

from app.core.errors import AppError
from app.core.time_utils import kst_date, kst_text
from app.domain import metrics
from app.domain.draw import Draw, RecordingDraw
from app.domain.event_names import EventType, Feature
from app.domain.game import Game, Outcome, Seen
from app.domain.game_fields import GameFields
from app.domain.grants import NOTHING
from app.domain.player import LastPlay
from app.domain.records import Play, Reward
from app.domain.rule_book import RuleBook
from app.domain.wallet import Reason, move, require_balance
from app.flows.steps.bridge_view import mission_games
from app.flows.steps.collect_keys import collect_play_key
from app.flows.steps.commands import PlayerCommand, Result
from app.flows.steps.decide_each import Batch, answer_keys, decide_each
from app.flows.steps.decision import Decision
from app.flows.steps.goals import load_goals, settle_counts
from app.flows.steps.grant_rewards import grant_rewards
from app.flows.steps.prizes_left import PrizesLeft, prizes_left
from app.flows.steps.save_changes import save_changes
from app.flows.steps.stamp_season import count_win, stamp_play
from app.services import House, Services
from app.services.player_state import Wanted
from app.utils.random_utils import new_id

COST = 1  # every game costs one ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayCommand(PlayerCommand):
    """One player plays one game once. The idempotency key is required. `choice` is what the game's body says."""

    operation = "PLAY"
    game: Game
    choice: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """What every play of a batch is decided on: the rules in force, the dice, what is left of limited prizes."""

    rules: RuleBook
    draw: Draw
    left: PrizesLeft


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the draw saw and gave, the rolls that gave it, and the unit of stock that goes with it."""

    seen: Seen
    outcome: Outcome
    rolls: list[int]
    unit: tuple[int, int] | None


async def play(house: House, commands: Sequence[PlayCommand]) -> list[Result]:
    """Plays every command, each exactly once per idempotency key, in one transaction; results in the same order."""
    now = house.clock.now()
    today = kst_date(now)
    games = tuple(sorted({command.game.feature_type for command in commands}))

    async def work(keepers: Services) -> list[Result]:
        rules = await keepers.rule_book.in_force([*games, Feature.BRIDGE], today)
        wanted = _wanted(rules, games)
        players = await keepers.player.lock((command.user_id for command in commands), wanted)
        await load_goals(keepers, rules, players)
        answers = await keepers.idempotency.stored(answer_keys(commands))
        setups = {name: active.setup for name in games if (active := rules.setup_if_any(name)) is not None}
        left = await prizes_left(keepers, setups, now, plays=len(commands), locked=True)
        table = Table(rules, house.draw, left)
        batch = Batch(players, rules, answers, now, house.approval)
        results = decide_each(batch, commands, lambda decision, c: _play_once(decision, c, table))
        await save_changes(keepers, batch.changes)
        return results

    return await house.write(work)


def _wanted(rules: RuleBook, games: tuple[str, ...]) -> Wanted:
    """What a play must know of its players; on a day with a bridge mission also the plays that it counts."""
    bridges = tuple(rules.bridges_of_plays(games))
    counted = tuple(sorted({*games, *mission_games(bridges, rules.today)}))
    return Wanted.of(rules, wallets=True, games=counted, bridges=tuple(campaign.id for campaign in bridges))


def _play_once(decision: Decision, command: PlayCommand, table: Table) -> bytes:
    game = command.game
    table.rules.require_open(game.feature_type)
    active = table.rules.require_setup(game.feature_type)
    last = decision.player.last_plays.get(game.feature_type, LastPlay())
    _require_within_limits(active.setup, last, decision)
    require_balance(decision.player.balances, game.token_type, COST)
    drawn = _draw(command, active.setup, last, table, decision.changes.rewards)
    played = _record_play(decision, game, active.config_id, last, drawn)
    grant_rewards(
        decision,
        drawn.outcome.grants,
        operation_id=f"PLAY:{played.id}",
        source=game.feature_type,
        reason=Reason.PLAY_REWARD,
    )
    season_pass = _touch_season(decision, played)
    collect_play_key(decision, table.rules, feature_type=game.feature_type, cause=f"PLAY:{played.id}")
    settle_counts(decision, table.rules.goals)
    return to_json(_answer(decision, game, drawn.outcome, played, season_pass))


def _require_within_limits(setup: GameFields, last: LastPlay, decision: Decision) -> None:
    """Returns when one more play is allowed now; raises DAILY_LIMIT_REACHED or COOLDOWN_ACTIVE."""
    today_plays = last.plays_on(decision.today)
    if 0 < setup.max_daily <= today_plays:
        raise AppError("DAILY_LIMIT_REACHED", max_daily=setup.max_daily, today=today_plays)
    next_play_at = last.cooled_down_at(setup.cooldown_seconds)
    if next_play_at is not None and decision.now < next_play_at:
        raise AppError(
            "COOLDOWN_ACTIVE",
            cooldown_seconds=setup.cooldown_seconds,
            next_play_at=kst_text(next_play_at),
            retry_after_seconds=math.ceil((next_play_at - decision.now) / timedelta(seconds=1)),
        )


def _draw(command: PlayCommand, setup: GameFields, last: LastPlay, table: Table, decided: Sequence[Reward]) -> Drawn:
    """Draws, and takes what was won off the shelf. The game may refuse: nothing has been recorded or taken yet."""
    game = command.game
    shelf = table.left.shelf(game.feature_type)
    seen = Seen(last.memory, table.left.sold_out(game.feature_type, setup, decided), command.choice)
    recording = RecordingDraw(table.draw)
    outcome = game.decide(setup, seen, recording)
    unit = None if outcome.takes is None else (outcome.takes, shelf.take(outcome.takes))
    return Drawn(seen, outcome, recording.rolls, unit)


def _record_play(decision: Decision, game: Game, config_id: int, last: LastPlay, drawn: Drawn) -> Play:
    """Takes the ticket and writes the play down with its two events."""
    player, now, outcome = decision.player, decision.now, drawn.outcome
    played = Play(
        id=new_id(now),
        user_id=player.id,
        feature_type=game.feature_type,
        config_id=config_id,
        play_no=last.play_no + 1,
        day=decision.today,
        day_no=last.plays_on(decision.today) + 1,
        rolls=drawn.rolls,
        prize=outcome.view,
        memory=outcome.memory,
        is_win=outcome.is_win,
        token_type=game.token_type,
        cost=COST,
        request_id=decision.request_id,
        created_at=now,
        seen=drawn.seen.document(),
        unit=drawn.unit,
    )
    decision.changes.plays.append(played)
    _count_play(decision, game.feature_type, is_win=outcome.is_win)
    player.last_plays[game.feature_type] = LastPlay(
        played.play_no, played.day, played.day_no, played.created_at, played.memory
    )
    operation_id = f"PLAY:{played.id}"
    decision.changes.add_entry(
        move(
            player.balances,
            user_id=player.id,
            token_type=game.token_type,
            delta=-COST,
            reason=Reason.PLAY_COST,
            operation_id=operation_id,
            now=now,
        )
    )
    decision.log(EventType.PLAY, game.feature_type, operation_id, config_id=config_id)
    decision.log(EventType.RESULT, game.feature_type, operation_id, is_win=outcome.is_win, **_main_reward(outcome))
    return played


def _count_play(decision: Decision, feature_type: str, *, is_win: bool) -> None:
    for metric in (metrics.PLAY, metrics.WIN) if is_win else (metrics.PLAY,):
        decision.count(metric)
        decision.count(metrics.of_game(metric, feature_type))


def _touch_season(decision: Decision, played: Play) -> dict[str, Any] | None:
    """Stamps for the play if the season says so, and counts a win; returns what the season pass gained, if anything."""
    stamped = stamp_play(decision, played.id, played.feature_type)
    won = count_win(decision) if played.is_win else None
    return won or stamped


def _answer(
    decision: Decision, game: Game, outcome: Outcome, played: Play, season_pass: dict[str, Any] | None
) -> dict[str, Any]:
    return {
        "result": "OK",
        "play_id": played.id,
        **outcome.view,
        "reward": _main_reward(outcome),
        "token_type": game.token_type,
        "token_balance": decision.player.balances[game.token_type],
        "season_pass": season_pass,
    }


def _main_reward(outcome: Outcome) -> dict[str, Any]:
    return (outcome.grants[0] if outcome.grants else NOTHING).view()
