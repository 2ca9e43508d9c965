"""Ends a window of a leaderboard: no score any more, the ranks written down, every rank paid once.

Closing locks feature_config (all of it) and writes goal_book, leaderboard_windows, leaderboard_results. Paying, some
hundred players a transaction, locks job_runs, feature_config (shared) and user_profiles; writes leaderboard_results,
reward_log, wallets, wallet_ledger, the season_* tables (XP), user_event_log, outbox, job_runs.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from app.core.time_utils import kst_date, kst_text
from app.domain.boards import Board, rewards_of_rank
from app.domain.event_names import Feature
from app.domain.jobs import JobFailed, Lease
from app.domain.player import PlayerState
from app.domain.records import Changes
from app.domain.rule_book import RuleBook
from app.domain.spans import is_span_key
from app.domain.worth import Approval
from app.flows.steps.decision import Decision
from app.flows.steps.job_subjects import season_end
from app.flows.steps.lease import hold
from app.flows.steps.pay_rank import BOARD_SOURCE, pay_rank
from app.flows.steps.save_changes import save_changes
from app.services import House, Services
from app.services.job_service import Advance
from app.services.player_state import Wanted

PAID, NOTHING_DUE, BLOCKED = "PAID", "NONE", "BLOCKED"
Row = dict[str, Any]


async def close_leaderboard(house: House, lease: Lease, *, goes_on: Callable[[], bool]) -> bool:
    """Closes the window of the run and pays its ranks; False when it was asked to stop before the end.

    Can be killed at any instant and run again: the window is closed once, the cursor moves in the transaction that
    pays, and each payment has a permanent operation id.
    """
    code, _, key = lease.slot.subject.partition(":")
    board = await _close(house, code, key)
    while goes_on():
        if not await _pay_chunk(house, lease, board, key):
            await _finish(house, lease, board, key)
            return True
    return False


async def _close(house: House, code: str, key: str) -> Board:
    """Once this returns, every score that counts is committed and the ranks stand.

    Whatever scores share-locks its switches and the goals' version first, so this waits for those under way, and those
    that come later see that the window is closed.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> Board:
        await keepers.feature.lock_all()
        rules = await keepers.rule_book.seasons_on(kst_date(now))
        board = next((board for board in rules.goals.boards if board.code == code), None)
        if board is None or not is_span_key(board.config.span, key):
            raise JobFailed(f"no window {code}:{key} of a leaderboard")
        if await keepers.leaderboard_result.find(board.id, key) is None:
            closes_at = board.closes_at(key, await season_end(keepers, key))
            if closes_at is None:
                raise JobFailed(f"the window {code}:{key} has no end: its season is gone")
            if closes_at > now:
                raise JobFailed(f"the window {code}:{key} takes scores until {kst_text(closes_at)}")
            await keepers.goal_book.turn_page(now, closed_through=closes_at)
            rewards = [line.model_dump(mode="json") for line in board.config.rank_rewards]
            await keepers.leaderboard_result.close(
                board.id, key, keep_ranks=board.config.keep_ranks, rank_rewards=rewards, now=now
            )
        return board

    return await house.write(work)


async def _pay_chunk(house: House, lease: Lease, board: Board, key: str) -> bool:
    """Pays the next ranks in one transaction; False when none is left. A stop of RANKING holds here, too."""
    now = house.clock.now()

    async def work(keepers: Services) -> bool:
        run = await hold(keepers, lease)
        rules = await keepers.rule_book.in_force([Feature.RANKING], kst_date(now))
        rules.require_open(Feature.RANKING)
        window = await keepers.leaderboard_result.find(board.id, key) or {}
        limit = house.settings.settlement_chunk
        rows = (await keepers.leaderboard_result.results(board.id, key, after=run.cursor, limit=limit))[:limit]
        if not rows:
            return False
        wanted = Wanted.of(rules, wallets=True)
        players = await keepers.player.lock([row["user_id"] for row in rows], wanted)
        changes = Changes()
        states: dict[str, list[int]] = {PAID: [], NOTHING_DUE: [], BLOCKED: []}
        for row in rows:
            decision = _decision(players[row["user_id"]], changes, rules, now, house.approval)
            states[_pay(decision, board, key, row, window["rank_rewards"])].append(row["rank_no"])
        await save_changes(keepers, changes)
        await keepers.leaderboard_result.mark_paid(board.id, key, {s: ranks for s, ranks in states.items() if ranks})
        paid = len(states[PAID])
        await keepers.job.advance(lease, Advance(rows[-1]["rank_no"], seen=len(rows), done=paid, amount=0))
        return True

    return await house.write(work)


def _decision(player: PlayerState, changes: Changes, rules: RuleBook, now: datetime, approval: Approval) -> Decision:
    return Decision(player, changes, now, rules.today, rules.season_if_any(player), approval, None)


def _pay(decision: Decision, board: Board, key: str, row: Row, rank_rewards: list[Row]) -> str:
    """Gives what the rank was promised; returns what became of it. Who was blocked meanwhile gets nothing."""
    grants = rewards_of_rank(rank_rewards, row["rank_no"])
    if not grants:
        return NOTHING_DUE
    if decision.player.is_blocked:
        return BLOCKED
    facts = {"board": board.code, "window": key, "rank": row["rank_no"], "score": row["score"]}
    operation_id = board.operation_id(decision.player.id, key)
    pay_rank(decision, grants, operation_id=operation_id, source=BOARD_SOURCE, facts=facts)
    return PAID


async def _finish(house: House, lease: Lease, board: Board, key: str) -> None:
    now = house.clock.now()

    async def work(keepers: Services) -> None:
        run = await hold(keepers, lease)
        window = await keepers.leaderboard_result.find(board.id, key) or {}
        if run.seen != window["players"]:
            raise JobFailed(f"ranks seen by the run ≠ players of the window: {run.seen} ≠ {window['players']}")
        await keepers.leaderboard_result.finish(board.id, key, now=now)
        await keepers.job.finish(lease, now=now)

    await house.write(work)
