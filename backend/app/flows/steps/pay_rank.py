"""What a rank gives, told and paid."""

from collections.abc import Sequence
from typing import Any

from app.domain.event_names import EventType, Feature, Topic
from app.domain.grants import Grant
from app.domain.wallet import Reason
from app.flows.steps.decision import Decision
from app.flows.steps.grant_rewards import grant_rewards

BOARD_SOURCE, TEAM_SOURCE = "BOARD", "TEAM"


def pay_rank(
    decision: Decision, grants: Sequence[Grant], *, operation_id: str, source: str, facts: dict[str, Any]
) -> None:
    """Notes, tells and pays what the player's rank was promised. The caller has seen that it was not paid before."""
    decision.log(EventType.RANK_REWARDED, Feature.RANKING, operation_id, **facts)
    decision.announce(Topic.RANK_REWARDED, **facts)
    grant_rewards(decision, grants, operation_id=operation_id, source=source, reason=Reason.RANK_REWARD)
