"""The level that a complete bridge gives in the new season: through XP, so that the level's own reward is paid."""

from app.domain.bridge import Campaign, LevelState
from app.domain.grants import Grant, RewardType
from app.domain.rule_book import RuleBook
from app.domain.season import Season
from app.domain.wallet import Reason
from app.flows.steps.collect_keys import BRIDGE_SOURCE
from app.flows.steps.decision import Decision
from app.flows.steps.grant_rewards import grant_rewards
from app.services import Services

LEVEL_ITEM = "LEVEL"


async def target_season(keepers: Services, campaign: Campaign, rules: RuleBook) -> Season | None:
    """The season that takes the levels: the campaign's own, else the one of its program that runs today; or none yet.

    Operators change a season only while they hold every switch, so what is read here stands until the commit.
    """
    if campaign.target_season_id is not None:
        return await keepers.rule_book.active_season(campaign.target_season_id)
    return rules.season_of(campaign.program, campaign.host_id)


def raise_level(decision: Decision, campaign: Campaign, target: Season) -> tuple[LevelState, int]:
    """Raises the player to the next threshold of the season; returns where the level stands and how much XP it took.

    Past the last level nothing is given. A player who is new in the season begins at zero. A season of another
    host's program gives nothing.
    """
    if not target.is_open_to(decision.player.host_id):
        return LevelState.NONE, 0
    needed = target.next_level_xp(decision.player.progress_in(target.id).current_xp)
    if needed is None:
        return LevelState.MAX_LEVEL, 0
    xp = needed - decision.player.progress_in(target.id).current_xp
    grant_rewards(
        decision,
        [Grant(RewardType.XP, xp)],
        operation_id=campaign.operation_id(decision.player.id, LEVEL_ITEM),
        source=BRIDGE_SOURCE,
        reason=Reason.BRIDGE_REWARD,
        is_approved=True,  # with the campaign, as its points are
    )
    return LevelState.PAID, xp
