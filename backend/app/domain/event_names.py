"""The closed list of what `user_event_log` and the outbox may say."""

from enum import StrEnum


class EventType(StrEnum):
    """Event names of `user_event_log`."""

    AUTH_LOGIN = "AUTH_LOGIN"
    AUTH_LOGOUT = "AUTH_LOGOUT"
    ENTER_PAGE = "ENTER_PAGE"
    PLAY = "PLAY"
    RESULT = "RESULT"
    SEASON_PASS_STAMP = "SEASON_PASS_STAMP"
    SEASON_PASS_LEVEL_UP = "SEASON_PASS_LEVEL_UP"
    SEASON_PASS_LEVEL_LOST = "SEASON_PASS_LEVEL_LOST"
    SEASON_PASS_CLAIM = "SEASON_PASS_CLAIM"
    SEASON_PASS_PREMIUM = "SEASON_PASS_PREMIUM"
    SEASON_PASS_STREAK = "SEASON_PASS_STREAK"
    REWARD_GRANTED = "REWARD_GRANTED"
    REWARD_PENDING = "REWARD_PENDING"
    REWARD_REVOKED = "REWARD_REVOKED"
    REWARD_REJECTED = "REWARD_REJECTED"
    REWARD_FAILED = "REWARD_FAILED"
    REWARD_REVERSED = "REWARD_REVERSED"
    REWARD_REDEEMED = "REWARD_REDEEMED"
    CODE_REDEEMED = "CODE_REDEEMED"
    INBOX_CLAIMED = "INBOX_CLAIMED"
    TRIAL_GRANT = "TRIAL_GRANT"
    BRIDGE_KEY = "BRIDGE_KEY"
    HOST_EVENT = "HOST_EVENT"
    HOST_EVENT_REVERSED = "HOST_EVENT_REVERSED"
    MISSION_COMPLETED = "MISSION_COMPLETED"
    MISSION_CLAIMED = "MISSION_CLAIMED"
    MISSION_LOST = "MISSION_LOST"
    RANK_REWARDED = "RANK_REWARDED"
    TEAM_CHANGED = "TEAM_CHANGED"
    PLAYER_MERGED = "PLAYER_MERGED"


class Topic(StrEnum):
    """What the outbox announces to hosts and to the live stream."""

    LEVEL_UP = "season_pass.level_up"
    REWARD_GRANTED = "reward.granted"
    REWARD_PENDING = "reward.pending"
    REWARD_REVOKED = "reward.revoked"
    PREMIUM_CHANGED = "season_pass.premium_changed"
    REWARD_REJECTED = "reward.rejected"
    REWARD_FAILED = "reward.failed"
    REWARD_REVERSED = "reward.reversed"
    REWARD_REDEEMED = "reward.redeemed"
    # asks the host to deliver a HOST reward; its acknowledgement is what makes the reward GRANTED
    REWARD_ORDERED = "reward.ordered"
    BRIDGE_KEY = "bridge.key"
    MISSION_COMPLETED = "mission.completed"
    RANK_REWARDED = "leaderboard.rank"


# what a player's own live stream tells, by the event it is told from
STREAMED: dict[str, str] = {
    EventType.SEASON_PASS_STAMP: "season_pass.stamp",
    EventType.SEASON_PASS_LEVEL_UP: Topic.LEVEL_UP,
    EventType.SEASON_PASS_CLAIM: "season_pass.claim",
    EventType.SEASON_PASS_PREMIUM: Topic.PREMIUM_CHANGED,
    EventType.SEASON_PASS_STREAK: "season_pass.streak",
    EventType.REWARD_GRANTED: Topic.REWARD_GRANTED,
    EventType.REWARD_PENDING: Topic.REWARD_PENDING,
    EventType.REWARD_REVOKED: Topic.REWARD_REVOKED,
    EventType.REWARD_REJECTED: Topic.REWARD_REJECTED,
    EventType.REWARD_FAILED: Topic.REWARD_FAILED,
    EventType.REWARD_REVERSED: Topic.REWARD_REVERSED,
    EventType.REWARD_REDEEMED: Topic.REWARD_REDEEMED,
    EventType.BRIDGE_KEY: Topic.BRIDGE_KEY,
    EventType.MISSION_COMPLETED: Topic.MISSION_COMPLETED,
    EventType.RANK_REWARDED: Topic.RANK_REWARDED,
}


class Feature(StrEnum):
    """The switchable product areas that are not games; a game brings its own feature type."""

    SEASON_PASS = "SEASON_PASS"
    CLAIM = "CLAIM"
    RANKING = "RANKING"
    BRIDGE = "BRIDGE"
    INGEST = "INGEST"
