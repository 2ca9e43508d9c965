"""Why an event that was taken gave nothing: a closed vocabulary that hosts, metrics and the console share."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any


class NoEffect(StrEnum):
    """Why nothing at all was given for an accepted event. These words never change their meaning."""

    NO_RULE = "no_rule"
    CONDITION_NOT_MET = "condition_not_met"
    NOT_A_NUMBER = "not_a_number"
    OUT_OF_RANGE = "out_of_range"
    FIELD_MISSING = "field_missing"
    ONCE = "once"
    DAILY_CAP = "daily_cap"
    COOLDOWN = "cooldown"
    NOTHING_NEW = "nothing_new"
    NOT_GIVEN = "not_given"
    PLAYER_BLOCKED = "player_blocked"
    EVENT_REVOKED = "event_revoked"


# codes of the results that say why no rule was asked
OF_CODES = {"USER_BLOCKED": NoEffect.PLAYER_BLOCKED, "EVENT_REVOKED": NoEffect.EVENT_REVOKED}


def why_nothing(
    *, code: str | None, is_known_type: bool, effects: Sequence[dict[str, Any]], skipped: Sequence[dict[str, Any]]
) -> NoEffect | None:
    """The reason of an event that gave nothing; None when it gave something.

    `effects` are those that were given or left out; `skipped` the rules that gave nothing, each with its reason. Where
    several rules have a reason, the first one's is told.
    """
    if any("skipped" not in effect for effect in effects):
        return None
    if code is not None:
        return OF_CODES[code]
    if effects:
        return NoEffect.NOT_GIVEN
    if skipped:
        return NoEffect(skipped[0]["reason"].lower())
    return NoEffect.CONDITION_NOT_MET if is_known_type else NoEffect.NO_RULE
