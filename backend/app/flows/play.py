"""A play: one ticket, one draw, one prize.

Reads feature_config, game_configs and seasons (share-locked), user_profiles with wallets, season_progress and the
newest game_plays (locked), idempotency_keys. Writes game_plays, wallet_ledger, wallets, reward_log, user_event_log,
outbox, idempotency_keys, the season_* tables when a win or the season's `stamp_on_play` touches them, and bridge_keys
with the counters of user_profiles when the play earns a bridge key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_json

from app.core.errors import AppError
from app.core.time_utils import kst_date
from app.domain.draw import Draw, RecordingDraw
from app.domain.event_names import EventType, Feature
from app.domain.game import Game, Outcome
from app.domain.grants import NOTHING
from app.domain.player import LastPlay
from app.domain.records import Play
from app.domain.rule_book import RuleBook
from app.domain.season import StampSource
from app.domain.wallet import Reason, move, require_balance
from app.flows.steps.bridge_view import mission_games
from app.flows.steps.collect_keys import collect_play_key
from app.flows.steps.commands import PlayerCommand, Result
from app.flows.steps.decide_each import Batch, answer_keys, decide_each
from app.flows.steps.decision import Decision
from app.flows.steps.grant_rewards import grant_rewards
from app.flows.steps.save_changes import save_changes
from app.flows.steps.stamp_season import add_stamp, count_win
from app.services import House, Services
from app.services.player_service import Wanted
from app.utils.random_utils import new_id

COST = 1  # every game costs one ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayCommand(PlayerCommand):
    """One player plays one game once. The idempotency key is required."""

    operation = "PLAY"
    game: Game


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the draw gave, and the rolls that gave it."""

    outcome: Outcome
    rolls: list[int]


async def play(house: House, commands: Sequence[PlayCommand]) -> list[Result]:
    """Plays every command, each exactly once per idempotency key, in one transaction; results in the same order."""
    now = house.clock.now()
    today = kst_date(now)
    games = tuple(sorted({command.game.feature_type for command in commands}))

    async def work(keepers: Services) -> list[Result]:
        rules = await keepers.rule_book.in_force([*games, Feature.BRIDGE], today)
        wanted = _wanted(rules, games)
        players = await keepers.player.lock((command.user_id for command in commands), wanted)
        answers = await keepers.idempotency.stored(answer_keys(commands))
        batch = Batch(players, rules, answers, now, house.settings.approval_threshold_points)
        results = decide_each(batch, commands, lambda decision, c: _play_once(decision, c.game, rules, house.draw))
        await save_changes(keepers, batch.changes)
        return results

    return await house.write(work)


def _wanted(rules: RuleBook, games: tuple[str, ...]) -> Wanted:
    """What a play must know of its players; on a day with a bridge mission also the plays that it counts."""
    bridges = rules.bridges_of_plays(games)
    counted = set(mission_games(tuple(bridges), rules.today))
    return Wanted(
        wallets=True,
        seasons=tuple(rules.season_ids),
        games=tuple(sorted(counted.union(games))),
        bridges=tuple(campaign.id for campaign in bridges),
    )


def _play_once(decision: Decision, game: Game, rules: RuleBook, draw: Draw) -> bytes:
    rules.require_open(game.feature_type)
    active = rules.require_setup(game.feature_type)
    last = decision.player.last_plays.get(game.feature_type, LastPlay())
    _require_within_daily_limit(active.setup.max_daily, last.plays_on(decision.today))
    require_balance(decision.player.balances, game.token_type, COST)
    recording = RecordingDraw(draw)
    outcome = game.decide(active.setup, last.memory, recording)  # may refuse: nothing has been recorded yet
    drawn = Drawn(outcome, recording.rolls)
    played = _record_play(decision, game, active.config_id, last, drawn)
    grant_rewards(
        decision, outcome.grants, operation_id=f"PLAY:{played.id}", source=game.feature_type, reason=Reason.PLAY_REWARD
    )
    season_pass = _touch_season(decision, played)
    collect_play_key(decision, rules, feature_type=game.feature_type, cause=f"PLAY:{played.id}")
    return to_json(_answer(decision, game, outcome, played, season_pass))


def _require_within_daily_limit(max_daily: int, today_plays: int) -> None:
    if 0 < max_daily <= today_plays:
        raise AppError("DAILY_LIMIT_REACHED", max_daily=max_daily, today=today_plays)


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
    )
    decision.changes.plays.append(played)
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


def _touch_season(decision: Decision, played: Play) -> dict[str, Any] | None:
    """Stamps for the play if the season says so, and counts a win; returns what the season pass gained, if anything."""
    stamped = None
    if decision.season is not None and decision.season.stamp_on_play:
        stamped = add_stamp(
            decision, period_key=f"PLAY:{played.id}", source=StampSource.PLAY, event_type=played.feature_type
        )
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
