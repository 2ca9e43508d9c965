"""Reading what may be taken back from players: before a reversal is decided, under their locks."""

from collections.abc import Collection, Iterable, Mapping

from app.domain.goals import Goals
from app.domain.grants import RewardType
from app.domain.mission_progress import MissionSheet
from app.domain.player import PlayerState
from app.domain.rewards import StoredReward
from app.domain.rule_book import RuleBook
from app.domain.season import Season
from app.flows.steps.undo import Stock, Target
from app.services import Services

# what a reversal can bring down with it, or has to ask about
FOLLOWING = ("SEASON", "MISSION", "BRIDGE", "BOARD", "TEAM")


async def seasons_of(keepers: Services, rules: RuleBook, losers: Collection[int]) -> dict[int, Season]:
    """The seasons of the rules and, where somebody loses something, every one that they took part in, over or not.

    Share-locked: ask before the players are locked.
    """
    found = {season.id: season for season in rules.seasons}
    older = await keepers.season_pass.seasons_of(losers) - found.keys() if losers else set()
    if older:
        found |= {season.id: season for season in (await keepers.rule_book.chosen(older, rules.today)).seasons}
    return found


async def load_stocks(
    keepers: Services,
    losers: Mapping[int, PlayerState],
    goals: Goals,
    targets: Iterable[Target] = (),
    rewards: Iterable[StoredReward] = (),
) -> dict[int, Stock]:
    """What may be taken back from each player: rewards that stand (these, the targets' and what followed), and XP.

    Their missions and teams are read whole, whatever period or contest they are of. Lock the players first.
    """
    await _read_goals(keepers, losers, goals)
    stocks = {user_id: Stock(tuple(await keepers.player.accounts_of(user_id))) for user_id in losers}
    owners = {account: user_id for user_id, stock in stocks.items() for account in stock.accounts}
    targets = list(targets)
    named = [*rewards, *(reward for target in targets for reward in target.rewards)]
    standing = [reward for reward in named if reward.is_standing]
    for reward in [*standing, *await keepers.reward.lock_standing(owners, FOLLOWING)]:
        stocks[owners[reward.user_id]].rewards[reward.operation_id] = reward
    gave_xp = {
        operation
        for stock in stocks.values()
        for operation, reward in stock.rewards.items()
        if reward.grant.reward_type is RewardType.XP
    }
    for target in targets:
        gave_xp |= {*target.operations, *target.stamp_operations(stocks[target.user_id].accounts)}
    for operation, (user_id, given) in (await keepers.season_pass.xp_of(gave_xp)).items():
        stocks[owners[user_id]].xp[operation] = given
    return stocks


async def _read_goals(keepers: Services, losers: Mapping[int, PlayerState], goals: Goals) -> None:
    for user_id, player in losers.items():
        sheet = player.missions or MissionSheet(frozenset())
        for row in await keepers.mission.all_progress_of(user_id):
            sheet.rows[row.mission_id, row.period_key] = row
        player.missions = sheet
    if goals.contests:
        for member in await keepers.team.memberships(losers, [contest.id for contest in goals.contests]):
            losers[member.user_id].teams[member.contest_id] = member
