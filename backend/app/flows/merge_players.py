"""Two accounts of one person become one: the source ends, the target goes on with what both had.

`domain/merging.py` says what becomes of each table. Share-locks feature_config and seasons; locks user_profiles (both),
reward_log; writes what `save_changes` writes, and user_profiles, player_aliases, inbox_items,
team_members, leaderboard_marks, idempotency_keys, hosts, admin_audit_log.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from app.core.errors import AppError, invalid
from app.core.time_utils import kst_date, kst_text
from app.domain.event_names import EventType, Feature
from app.domain.merging import merged_pseudonym
from app.domain.player import PlayerState
from app.domain.privacy import INVISIBLE, is_pseudonym
from app.domain.records import Changes
from app.domain.rule_book import RuleBook
from app.domain.season_config import MAX_GRACE_DAYS
from app.flows.steps.debts import move_debts
from app.flows.steps.decision import Decision
from app.flows.steps.edits import Row
from app.flows.steps.merge_goals import (
    board_marks,
    merge_bridge,
    merge_missions,
    merge_rule_marks,
    merge_scores,
    merge_teams,
)
from app.flows.steps.merge_season import merge_season
from app.flows.steps.merge_wallets import given_twice, move_balances, take_back
from app.flows.steps.save_changes import save_changes
from app.services import House, Services
from app.services.audit_service import AdminAct
from app.services.merge_service import Account
from app.services.player_state import Wanted


class _Preview(Exception):
    """Carries what a merge would do out of its transaction, which leaves nothing behind."""

    def __init__(self, answer: Row) -> None:
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Merge:
    """Who ends, who goes on; `tokens_now` is of the tokens' own clock. A preview changes nothing."""

    source_id: int
    target_id: int
    tokens_now: datetime
    is_preview: bool = False


async def merge_players(house: House, act: AdminAct, merge: Merge) -> Row:
    """The source is part of the target from now on, in one transaction; what moved is in the answer.

    Merged before: `is_changed` is False and nothing moves. Audited. Raises USER_NOT_FOUND, PLAYERS_APART (two hosts),
    USER_BLOCKED (either is: unblock first, or leave it), PLAYER_MERGED (into somebody else), PLAYER_ERASED, and
    MERGE_NOT_NOW while a window, a contest or a bridge that either has a part in is being settled.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        today = kst_date(now)
        since = today - timedelta(days=MAX_GRACE_DAYS)
        rules = await keepers.rule_book.in_force([Feature.CLAIM, Feature.BRIDGE, Feature.RANKING], today,
                                                 ended_since=since)  # fmt: skip
        wanted = Wanted.of(rules, wallets=True, claims=True, bridges=rules.bridge_ids)
        players = await keepers.player.lock([merge.source_id, merge.target_id], wanted)
        source, target = players.get(merge.source_id), players.get(merge.target_id)
        if source is None or target is None:
            raise AppError("USER_NOT_FOUND")
        if target.id in (source.id, source.merged_into):
            return _answer(source, target, now, is_changed=False)
        _require_mergeable(source, target)
        if unsettled := await keepers.merge.unsettled(source.id, target.id):
            raise AppError("MERGE_NOT_NOW", settled=unsettled)
        decision = Decision(
            target, Changes(), now, today, rules.season_if_any(target), house.approval,
            act.request_id, act.actor,
        )  # fmt: skip
        figures = await _join(keepers, decision, rules, source)
        await _close(keepers, decision, source, merge)
        answer = _answer(source, target, now, is_changed=True) | figures
        names = {"source_external_id", "external_id", "server_time"}  # the operators' log outlives an erasure
        facts = {name: value for name, value in answer.items() if name not in names}
        for user_id in (target.id, source.id):
            await keepers.audit.add(act, "PLAYER_MERGED", f"player:{user_id}", after=facts, now=now)
        await keepers.identity.turn_names(target.host_id)
        if merge.is_preview:
            raise _Preview(answer)
        return answer

    try:
        return await house.write(work)
    except _Preview as preview:
        return preview.answer


async def players_meant(house: House, host: str, source: str, into: str) -> tuple[int, int]:
    """The two players whom a host means by these ids, new or old; the same one twice once they were merged.

    Raises VALIDATION_ERROR for one id twice, USER_NOT_FOUND.
    """
    if source == into:
        raise invalid(("into", "another player"))

    async def read(keepers: Services) -> list[int | None]:
        return [await keepers.player.find(host, name) for name in (source, into)]

    source_id, target_id = await house.read(read)
    if source_id is None or target_id is None:
        raise AppError("USER_NOT_FOUND", field="into" if target_id is None else "external_id")
    return source_id, target_id


def _require_mergeable(source: PlayerState, target: PlayerState) -> None:
    for player in (source, target):
        player.require_own_account()
        if is_pseudonym(player.external_id):
            raise AppError("PLAYER_ERASED", user_id=player.id)
    if source.host_id != target.host_id:
        raise AppError("PLAYERS_APART")
    for player in (source, target):
        if player.is_blocked:
            raise AppError("USER_BLOCKED", user_id=player.id)


async def _join(keepers: Services, decision: Decision, rules: RuleBook, source: PlayerState) -> Row:
    """Everything of the source that the target gets, written; returns the figures."""
    target, changes = decision.player, decision.changes
    both: tuple[Account, Account] = await keepers.merge.accounts(source.id, target.id)  # type: ignore[assignment]
    twice = await given_twice(keepers, source.id, target.id, both)
    rewards = await keepers.reward.lock([both[0].rewards[op] for op in sorted(twice) if op in both[0].rewards])
    taken, kept = take_back(replace(decision, player=source), rewards.values())
    moved = move_balances(decision, source)
    move_debts(decision, source)
    seasons = []
    for season in rules.open_to(target):
        if season.is_claimable(rules.today) and source.progress.get(season.id) is not None:
            seasons.append(merge_season(replace(decision, season=season), source, both, twice))
    merge_missions(decision, rules, both)
    merge_rule_marks(decision, both)
    await merge_scores(decision, keepers, rules, source)
    for contest_id in await merge_teams(decision, keepers, rules, source):
        await keepers.team.leave(contest_id, source.id)
    keys = await merge_bridge(decision, keepers, rules, source)
    for board_id, mark in board_marks(both).items():
        await keepers.leaderboard.set_mark(
            board_id, target.id, mark, actor=decision.requested_by or "", now=decision.now
        )
    decision.log(EventType.PLAYER_MERGED, None, f"MERGE:{source.id}", source=source.id, target=target.id)
    replace(decision, player=source).log(
        EventType.PLAYER_MERGED, None, f"MERGE:{source.id}", source=source.id, target=target.id
    )
    await save_changes(keepers, changes)
    return {
        "moved": moved,
        "taken_back": taken,
        "rewards_given_twice": len(rewards),
        "rewards_spent_already": kept,
        "seasons": seasons,
        "bridge_keys": keys,
    }


async def _close(keepers: Services, decision: Decision, source: PlayerState, merge: Merge) -> None:
    """The source ends: its sign-ins, its id, and whatever was part of it, are the target's."""
    target, now = decision.player, decision.now
    await keepers.inbox.hand_over(source.id, target.id, now)
    await keepers.idempotency.hand_over(f"player:{source.id}", f"player:{target.id}")
    await keepers.player.hand_over(source.id, target.id)
    await keepers.player.change(
        source.id, merged_into=target.id, is_blocked=True, nickname=None,
        external_id=merged_pseudonym(source.id, INVISIBLE),
    )  # fmt: skip
    await keepers.alias.hand_over(source.id, target.id)
    await keepers.alias.keep((source.host_id, source.external_id), target.id, freed_at=None, now=now)


def _answer(source: PlayerState, target: PlayerState, now: datetime, *, is_changed: bool) -> dict[str, Any]:
    return {
        "user_id": target.id,
        "external_id": target.external_id,
        "source_user_id": source.id,
        "source_external_id": source.external_id if is_changed else None,
        "is_changed": is_changed,
        "moved": {},
        "taken_back": {},
        "rewards_given_twice": 0,
        "rewards_spent_already": 0,
        "seasons": [],
        "bridge_keys": 0,
        "server_time": kst_text(now),
    }
