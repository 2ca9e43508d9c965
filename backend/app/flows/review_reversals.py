"""What reversals left for a person: ranks, premium rewards, a settled bridge. Taken back or kept.

Locks feature_config (shared), seasons (shared), user_profiles with wallets and the season_* tables, reward_log,
reversal_reviews. Writes what reversals write (`flows/steps/undo.py`), and admin_audit_log.
"""

from app.core.errors import AppError
from app.core.invariants import InvariantBroken
from app.core.time_utils import kst_date
from app.domain.event_names import Feature
from app.domain.records import Changes
from app.domain.reversals import ReviewKind, ReviewState
from app.domain.rule_book import RuleBook
from app.flows.steps.decision import Decision
from app.flows.steps.edits import Row
from app.flows.steps.load_stocks import load_stocks, seasons_of
from app.flows.steps.save_changes import save_changes
from app.flows.steps.undo import Undo
from app.services import House, Services
from app.services.audit_service import AdminAct
from app.services.player_state import Wanted

AUDITED_AS = {ReviewState.TAKEN: "REVERSAL_TAKEN", ReviewState.KEPT: "REVERSAL_KEPT"}
# what belongs to a review's operation: a rank's own bundle, or everything below a track or a campaign
CONTINUED = {ReviewKind.PREMIUM: ":", ReviewKind.BRIDGE: ":"}


async def decide_review(house: House, act: AdminAct, review_id: int, state: ReviewState) -> Row:
    """Takes back what a review is about (what was spent is owed), or leaves it with the player; once.

    Raises NOT_FOUND, and REVIEW_DECIDED when somebody was first.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        rules = await keepers.rule_book.in_force([Feature.CLAIM], kst_date(now))
        seen = await keepers.reversal.find(review_id)
        if seen is None:
            raise AppError("NOT_FOUND")
        undo = await _undo(house, keepers, rules, seen, act)
        review = await keepers.reversal.find(review_id, locked=True) or seen
        if review["state"] != ReviewState.OPEN:
            raise AppError("REVIEW_DECIDED", state=review["state"])
        if state is ReviewState.TAKEN:
            _take(undo, review)
        await save_changes(keepers, undo.decision.changes)
        await keepers.reversal.decide(review_id, state, actor=act.actor, now=now)
        facts = {"kind": review["kind"], "operation_id": review["operation_id"], **undo.view()}
        await keepers.audit.add(act, AUDITED_AS[state], f"player:{review['user_id']}", after=facts, now=now)
        decided = await keepers.reversal.shown(review_id)
        if decided is None:
            raise InvariantBroken("a review is never deleted")
        return decided | {"taken": undo.followed, "owed": undo.owed}

    return await house.write(work, is_repeatable=False)


async def _undo(house: House, keepers: Services, rules: RuleBook, review: Row, act: AdminAct) -> Undo:
    """The reversal of the review's player, with everything read that it may need."""
    user_id, now = review["user_id"], house.clock.now()
    seasons = await seasons_of(keepers, rules, [user_id])
    wanted = Wanted(True, tuple(seasons), claims=True, passes=True, counters=True, bridges=rules.bridge_ids)
    players = await keepers.player.lock([user_id], wanted)
    stocks = await load_stocks(keepers, players, rules.goals)
    player = players[user_id]
    decision = Decision(
        player, Changes(), now, rules.today, rules.season_if_any(player), house.approval, act.request_id, act.actor
    )  # fmt: skip
    return Undo(decision, rules, seasons, stocks[user_id], review["event_id"])


def _take(undo: Undo, review: Row) -> None:
    kind = ReviewKind(review["kind"])
    season = undo.seasons.get(review["facts"].get("season_id", 0))
    if kind is ReviewKind.PREMIUM and season is not None:
        track = review["facts"]["track"]
        for level in range(len(season.levels), 0, -1):
            undo.lose_claim(season, track, level)
    undo.follow(review["operation_id"], continued=CONTINUED.get(kind, "#~"))
    undo.finish()
