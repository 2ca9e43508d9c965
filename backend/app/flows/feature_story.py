"""One switch as operators look at it before they open it again. Reads only.

Reads feature_config, feature_history, game_activations, game_plays, admin_audit_log.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.errors import AppError
from app.services import House, Services
from app.utils.pagination import page

Row = dict[str, Any]
MOST_CHANGES = 100


@dataclass(frozen=True, slots=True)
class FeatureStory:
    """A switch, its history, and – while it is stopped – the operators' newest acts since then.

    `has_more_changes`: there are others, which the audit log shows.
    """

    feature: Row
    last_play_at: datetime | None
    history: Row
    changes: list[Row]
    has_more_changes: bool


async def feature_story(house: House, feature_type: str, *, after: int | None, limit: int) -> FeatureStory:
    """The story of one feature. Raises NO_FEATURE_TODAY when there is none."""

    async def work(keepers: Services) -> FeatureStory:
        features = {row["feature_type"]: row for row in await keepers.feature.all()}
        feature = features.get(feature_type)
        if feature is None:
            raise AppError("NO_FEATURE_TODAY", feature_type=feature_type)
        times = await keepers.game_log.newest_play_times()
        changes: list[Row] = []
        if not feature["is_enabled"]:
            acts = await keepers.audit.page(target=None, after=None, limit=MOST_CHANGES)
            changes = [act for act in acts if act["created_at"] > feature["updated_at"]]
        return FeatureStory(
            feature=feature,
            last_play_at=times.get(feature_type),
            history=page(await keepers.feature.history(feature_type, after=after, limit=limit), limit),
            changes=changes[:MOST_CHANGES],
            has_more_changes=len(changes) > MOST_CHANGES,
        )

    return await house.read(work)
