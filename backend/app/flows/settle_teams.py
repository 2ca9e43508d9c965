"""Settles a contest of teams: no score any more, the ranks written down, every member paid once.

Freezing locks feature_config (all of it) and the contest; writes goal_book, team_results, team_contests. Paying, some
hundred players a transaction, locks job_runs, feature_config (shared) and user_profiles; writes reward_log, wallets,
wallet_ledger, the season_* tables (XP), user_event_log, outbox, job_runs.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from app.core.time_utils import kst_date, kst_text
from app.domain.boards import rewards_of_rank
from app.domain.event_names import Feature
from app.domain.jobs import JobFailed, Lease
from app.domain.records import Changes
from app.domain.teams import Contest
from app.flows.steps.decision import Decision
from app.flows.steps.lease import hold
from app.flows.steps.pay_rank import TEAM_SOURCE, pay_rank
from app.flows.steps.save_changes import save_changes
from app.services import House, Services
from app.services.job_service import Advance
from app.services.player_state import Wanted

OPEN, FROZEN, SETTLED = "OPEN", "FROZEN", "SETTLED"


async def settle_teams(house: House, lease: Lease, *, goes_on: Callable[[], bool]) -> bool:
    """Freezes the contest of the run and pays its members; False when it was asked to stop before the end.

    Can be killed at any instant and run again: the cursor moves in the transaction that pays, and each payment has a
    permanent operation id.
    """
    contest = await _freeze(house, lease.slot.subject)
    while goes_on():
        if not await _pay_chunk(house, lease, contest):
            await _finish(house, lease, contest)
            return True
    return False


async def _freeze(house: House, code: str) -> Contest:
    """Once this returns, every score that counts is committed and the ranks stand: see `close_leaderboard`."""
    now = house.clock.now()

    async def work(keepers: Services) -> Contest:
        await keepers.feature.lock_all()
        row = await keepers.team.find(code, locked=True)
        goals = (await keepers.rule_book.seasons_on(kst_date(now))).goals
        contest = next((contest for contest in goals.contests if contest.code == code), None)
        if row is None or contest is None:
            raise JobFailed(f"no contest {code}")
        if row["state"] == OPEN:
            closes_at = await _closes_at(keepers, contest)
            if closes_at > now:
                raise JobFailed(f"the contest {code} takes scores until {kst_text(closes_at)}")
            await keepers.team.freeze(contest.id)
            await keepers.team.change(contest.id, state=FROZEN, now=now)
            await keepers.goal_book.turn_page(now, closed_through=closes_at)
        return contest

    return await house.write(work)


async def _pay_chunk(house: House, lease: Lease, contest: Contest) -> bool:
    """Pays the next members in one transaction; False when none is left. A stop of RANKING holds here, too."""
    now, approval = house.clock.now(), house.approval
    promised = [line.model_dump(mode="json") for line in contest.config.rank_rewards]

    async def work(keepers: Services) -> bool:
        run = await hold(keepers, lease)
        rules = await keepers.rule_book.in_force([Feature.RANKING], kst_date(now))
        rules.require_open(Feature.RANKING)
        limit, last = house.settings.settlement_chunk, contest.config.last_rewarded_rank
        rows = await keepers.team.due(contest.id, after=run.cursor, last_rank=last, limit=limit)
        if not rows:
            return False
        players = await keepers.player.lock([user_id for user_id, _, _ in rows], Wanted.of(rules, wallets=True))
        changes, paid = Changes(), 0
        for user_id, rank, score in rows:
            player = players[user_id]
            season = rules.season_if_any(player)
            decision = Decision(player, changes, now, rules.today, season, approval, None)
            if not player.is_blocked:
                paid += _pay(decision, contest, promised, rank, score)
        await save_changes(keepers, changes)
        await keepers.job.advance(lease, Advance(rows[-1][0], seen=len(rows), done=paid, amount=0))
        return True

    return await house.write(work)


def _pay(decision: Decision, contest: Contest, promised: list[dict[str, Any]], rank: int, score: int) -> bool:
    """Gives a member what the rank of their team was promised; False when the rank gives nothing."""
    grants = rewards_of_rank(promised, rank)
    if not grants:
        return False
    facts = {"contest": contest.code, "rank": rank, "score": score}
    pay_rank(decision, grants, operation_id=contest.operation_id(decision.player.id), source=TEAM_SOURCE, facts=facts)
    return True


async def _finish(house: House, lease: Lease, contest: Contest) -> None:
    now = house.clock.now()

    async def work(keepers: Services) -> None:
        await keepers.feature.lock_all()
        await hold(keepers, lease)
        await keepers.team.change(contest.id, state=SETTLED, now=now)
        await keepers.goal_book.turn_page(now)
        await keepers.job.finish(lease, now=now)

    await house.write(work)


async def _closes_at(keepers: Services, contest: Contest) -> datetime:
    season = await keepers.season.find(contest.config.season_id)
    if season is None:
        raise JobFailed(f"the season {contest.config.season_id} of contest {contest.code} is gone")
    return contest.closes_at(season.config.end_date)
