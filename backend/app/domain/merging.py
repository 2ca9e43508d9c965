"""What becomes of each table when one account becomes part of another: the one place where that is decided.

`source` is the account that ends, `target` the player who goes on. Every table that says whose a row is stands here; a
test refuses a new one without a decision. Rows of the source are never rewritten: they are history, and `merged_into`
says whose history. What a person may have once counts once, whichever account had it.
"""

from collections.abc import Iterable, Mapping

from app.domain.metrics import ONCE_A_DAY
from app.domain.mission_progress import MissionProgress
from app.domain.missions import Mission

STAYS = "stays the source's, as history: "
MERGED = "merged"
PLAYERS_PART = 2

MERGING: dict[str, str] = {
    "user_profiles": "the source is closed for ever and gives up its id and nickname; bridge counters are the target's",
    "player_aliases": "the source's id and all that it had before name the target",
    "refresh_tokens": STAYS + "no sign-in of a closed account goes on",
    "revoked_sessions": STAYS + "they end by themselves",
    "live_streams": STAYS + "gone with the streams, within minutes",
    # value
    "wallets": "what the source has is moved, after what it was given twice is taken back",
    "wallet_ledger": STAYS + "one entry out and one in for each wallet, `MERGE:<source>:<token>`",
    "wallet_debts": "what the source owes moves to the target, who pays it first out of what both have",
    "reversal_reviews": STAYS + "deciding one takes from the target",
    "reward_log": STAYS + "what still waits is delivered to the target; a once-for-a-player reward that both were given"
    " is taken back from the source as far as it is still there",
    "coupon_codes": STAYS + "shown to the target",
    "entitlements": STAYS + "shown to the target, and redeemed by the target",
    # the season pass, in every season that can still be claimed
    "season_progress": "XP are added up, but for what both had the same cause for; never less than either had",
    "season_xp_ledger": STAYS + "one entry for the target, `MERGE:<source>:XP:<season>`",
    "season_stamp_log": STAYS + "the target gets each mark that it lacks, without XP: the day is stamped",
    "season_claims": STAYS + "the target gets each mark that it lacks: nothing is paid again",
    "season_passes": "the target owns what the source owned; levels that neither was paid are paid",
    "season_counters": "the longer streak goes on, the best one stands; overflow bonuses are added up",
    # goals
    "mission_progress": "counts and completions are added up to what the mission allows, claims too: nothing twice",
    "leaderboard_scores": "added up in windows that are open; the source has no rank any more",
    "leaderboard_results": STAYS + "while a rank waits to be paid nothing is merged",
    "leaderboard_marks": "the target is kept off a board that the source was kept off",
    "team_members": "the place and score go over; in two teams of a contest each score stays and the target is paid",
    "teams": STAYS + "who made a team",
    "daily_ranking_entries": STAYS + "the next upload names the target",
    # the bridge
    "bridge_keys": "the target gets each key that it lacks, without its reward, while the campaign collects",
    "bridge_settlements": STAYS + "while one is being made, or its level waits, nothing is merged",
    # once
    "promo_claims": STAYS + "a campaign that either had is had",
    "inbox_items": "what waits goes over; a mailing that either claimed is claimed",
    "rule_marks": "once-marks, cooldowns and the higher high-water marks go over, units of a day are added up",
    "rule_hits": STAYS + "a correction of its event takes back from the target",
    "host_events": STAYS + "later ones under the old id are the target's",
    "event_revocations": STAYS + "they count for the target",
    "idempotency_keys": "answers that the source was given are given to the target: a retry does nothing twice",
    # what is told
    "outbox": STAYS + "handed on under the target's id",
    "webhook_deliveries": STAYS + "sent as they were signed",
    "webhook_attempts": STAYS + "tries are tries",
    "game_plays": STAYS + "limits, numbers and boxes of the target go on",
    "user_event_log": STAYS + "both logs say PLAYER_MERGED",
    "admin_audit_log": STAYS + "the operators' log is never changed",
    "rejected_events": STAYS + "names nobody by our number",
}


def merged_pseudonym(user_id: int, invisible: str) -> str:
    """The external id of an account that became part of another: no host can name a player so."""
    return f"{MERGED}:{user_id}{invisible}"


def same_causes(source: int, target: int, of_source: Iterable[str], of_target: Iterable[str]) -> set[str]:
    """The source's operations for causes that a player has once, where the target had the same.

    What is once for a player has the player as the third part of its operation id: `SEASON:<season>:<player>:…`.
    """
    had = set(of_target)
    return {operation for operation in of_source if _as_of(operation, source, target) in had}


def _as_of(operation: str, source: int, target: int) -> str | None:
    """The same cause of another player; None for what is nobody's own."""
    base, sign, number = operation.partition("#")
    parts = base.split(":")
    if len(parts) <= PLAYERS_PART or parts[PLAYERS_PART] != str(source):
        return None
    parts[PLAYERS_PART] = str(target)
    return ":".join(parts) + sign + number


def joined_progress(mission: Mission | None, source: MissionProgress, own: MissionProgress | None) -> MissionProgress:
    """The target's progress in a mission and period once the source's is added, up to what the mission allows."""
    own = own or MissionProgress(0, source.mission_id, source.period_key, source.updated_at)
    config = None if mission is None else mission.config
    surplus = max(own.surplus, source.surplus)
    if config is None or config.metric in ONCE_A_DAY:  # what comes once a day came on the same days
        progress, completed, claimed = (
            max(own.progress, source.progress), max(own.completed, source.completed), max(own.claimed, source.claimed)
        )  # fmt: skip
    else:
        surplus = own.surplus + source.surplus
        most = max(own.progress, source.progress, config.target * config.repeat_max)
        progress = min(most, own.progress + source.progress)
        surplus += own.progress + source.progress - progress
        repeats = max(own.completed, source.completed, config.repeat_max)
        completed = min(repeats, progress, own.completed + source.completed)
        claimed = min(completed, own.claimed + source.claimed)
    days = [day for day in (own.counted_on, source.counted_on) if day is not None]
    return MissionProgress(
        own.user_id, source.mission_id, source.period_key, max(own.updated_at, source.updated_at), progress,
        completed, claimed, own.version or source.version, max(days, default=None), surplus,
    )  # fmt: skip


Slot = tuple[int, str]


def joined_marks(source: Mapping[Slot, int], own: Mapping[Slot, int]) -> dict[Slot, int]:
    """What rules must remember of the target besides: see `rules.Guard` for what stands in a slot."""
    joined: dict[Slot, int] = {}
    for (rule_id, slot), value in source.items():
        have = own.get((rule_id, slot))
        if have is None:
            joined[rule_id, slot] = value
        else:
            joined[rule_id, slot] = have + value if slot.startswith("D:") else max(have, value)
    return {key: value for key, value in joined.items() if own.get(key) != value}
