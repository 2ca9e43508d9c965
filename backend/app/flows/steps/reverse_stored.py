"""An operator takes rewards back: with all that followed from each, as a host's refund does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.rewards import StoredReward
from app.domain.rule_book import RuleBook
from app.domain.season import Season
from app.flows.steps.decision import Decision
from app.flows.steps.load_stocks import load_stocks, seasons_of
from app.flows.steps.stored_rewards import RewardBatch, load_rewards
from app.flows.steps.undo import Stock, Undo, View
from app.services import House, Services
from app.services.player_state import Wanted


@dataclass(frozen=True, slots=True)
class Reversals:
    """Rewards under their players' locks, with what may go with them; `views` says of each what did."""

    batch: RewardBatch
    seasons: Mapping[int, Season]
    stocks: Mapping[int, Stock]
    views: dict[int, View] = field(default_factory=dict)

    def reverse(self, decision: Decision, reward: StoredReward) -> None:
        """Takes one back, or gives it up where it was not delivered; raises REWARD_STATE.

        What was spent is owed. XP go with the levels that they carried, counts with the missions that they completed.
        Ranks of windows that ended, a premium track's rewards and a settled bridge are named and stay: who reverses
        is the person to decide.
        """
        reward.require_reversible()
        undo = Undo(decision, self.batch.rules, self.seasons, self.stocks[decision.player.id], None)
        undo.reward(reward)
        if undo.levels or undo.lost_missions or undo.followed:
            undo.finish()
        self.views[reward.id] = undo.view()


async def load_reversals(house: House, keepers: Services, ids: Sequence[int], now: datetime) -> Reversals:
    """As `load_rewards`, with every season that the players took part in and all that may follow."""
    seasons: dict[int, Season] = {}

    async def wanted(rules: RuleBook, players: Sequence[int]) -> Wanted:
        seasons.update(await seasons_of(keepers, rules, players))
        return Wanted(True, tuple(seasons), claims=True, passes=True, counters=True, bridges=rules.bridge_ids)

    batch = await load_rewards(house, keepers, ids, now, wanted)
    losers = {player.id: player for player in batch.players.values()}
    stocks = await load_stocks(keepers, losers, batch.rules.goals, rewards=batch.rewards.values())
    return Reversals(batch, seasons, stocks)
