"""Deciding a batch, one command after the other, each on the state that the ones before it left."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from app.core.errors import AppError
from app.core.invariants import require
from app.core.time_utils import kst_midnight
from app.domain.grants import RewardState
from app.domain.player import PlayerState
from app.domain.records import Answer, Changes
from app.domain.rewards import Gift
from app.domain.rule_book import RuleBook
from app.domain.worth import Approval
from app.flows.steps.commands import Done, PlayerCommand, Result
from app.flows.steps.decision import Decision

C = TypeVar("C", bound=PlayerCommand)
AnswerKey = tuple[str, str, str]


@dataclass(slots=True)
class Batch:
    """What a batch of commands is decided on: locked players, the rules in force, the answers given before."""

    players: dict[int, PlayerState]
    rules: RuleBook
    answers: dict[AnswerKey, Answer]
    now: datetime
    approval: Approval
    changes: Changes = field(default_factory=Changes)
    gifts: Sequence[Gift] = ()  # what operators gave these players before, read where one may give more

    def passed(self, user_id: int, actor: str | None, since: datetime) -> int:
        """How many POINT's worth an operator has given a player since then without a second person."""
        if actor is None:
            return 0
        before = [
            one.grant
            for one in self.gifts
            if (one.user_id, one.requested_by) == (user_id, actor) and one.created_at >= since
        ]
        now = [
            one.grant
            for one in self.changes.rewards
            if (one.user_id, one.requested_by) == (user_id, actor) and one.state is not RewardState.APPROVAL
        ]
        return self.approval.worth(before + now)


def answer_keys(commands: Iterable[PlayerCommand]) -> list[AnswerKey]:
    """The keys whose stored answers a batch needs."""
    return [command.answer_key(command.idempotency) for command in commands if command.idempotency]


def decide_each(batch: Batch, commands: Sequence[C], decide: Callable[[Decision, C], bytes]) -> list[Result]:
    """The result of every command, in order. A refusal is a result: it leaves nothing behind and stops nobody else.

    A key that has an answer gets it again, byte for byte; the same key with another request is refused.
    """
    return [_decide_one(batch, command, decide) for command in commands]


def _decide_one(batch: Batch, command: C, decide: Callable[[Decision, C], bytes]) -> Result:
    size = batch.changes.size
    try:
        player = batch.players.get(command.user_id)
        if player is None:
            raise AppError("USER_NOT_FOUND")
        command.require_allowed(player)
        if (replay := _replay(batch, command)) is not None:
            return replay
        player.require_day(batch.rules.today)
        return _carry_out(batch, command, player, decide)
    except AppError as refusal:
        require(batch.changes.size == size, "a refusal leaves nothing behind")
        return refusal


def _replay(batch: Batch, command: C) -> Done | None:
    if command.idempotency is None:
        return None
    answer = batch.answers.get(command.answer_key(command.idempotency))
    if answer is None:
        return None
    if answer.fingerprint != command.idempotency.fingerprint:
        raise AppError("IDEMPOTENCY_KEY_REUSED")
    return Done(answer.body, answer.status, is_replay=True)


def _carry_out(batch: Batch, command: C, player: PlayerState, decide: Callable[[Decision, C], bytes]) -> Done:
    decision = Decision(
        player=player,
        changes=batch.changes,
        now=batch.now,
        today=batch.rules.today,
        season=batch.rules.season_if_any(player),
        approval=batch.approval,
        request_id=command.request_id,
        requested_by=command.requested_by,
        counts=None if player.missions is None else [],
        passed=batch.passed(player.id, command.requested_by, kst_midnight(batch.rules.today)),
    )
    done = Done(decide(decision, command))
    require(not decision.counts, "a flow that loads goals settles its counts before it answers")
    if command.idempotency is not None:
        key = command.answer_key(command.idempotency)
        answer = Answer(*key, command.idempotency.fingerprint, done.status, done.body, batch.now)
        batch.answers[key] = answer  # a later command of the same batch may carry the same key
        batch.changes.answers.append(answer)
    return done
