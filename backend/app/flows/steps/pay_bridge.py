"""What a bridge campaign pays one player: the points of the keys, and the level of the new season."""

from app.domain.bridge import Campaign, LevelState, Payout
from app.domain.grants import Grant, RewardType
from app.domain.season import Season
from app.domain.wallet import Reason
from app.flows.steps.collect_keys import BRIDGE_SOURCE
from app.flows.steps.decision import Decision
from app.flows.steps.grant_rewards import grant_rewards
from app.flows.steps.raise_level import raise_level

POINT_ITEM = "POINT"


def pay_bridge(decision: Decision, campaign: Campaign, target: Season | None, due: Payout) -> tuple[LevelState, int]:
    """Pays the points and gives the level; returns where the level stands and how much XP it took.

    An operator approved the sum of the campaign when they opened it, so none of it waits again.
    """
    if due.points > 0:
        grant_rewards(
            decision,
            [Grant(RewardType.POINT, due.points)],
            operation_id=campaign.operation_id(decision.player.id, POINT_ITEM),
            source=BRIDGE_SOURCE,
            reason=Reason.BRIDGE_POINTS,
            is_approved=True,
        )
    if not due.earns_level:
        return LevelState.NONE, 0
    return (LevelState.PENDING, 0) if target is None else raise_level(decision, campaign, target)
