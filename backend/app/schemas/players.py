"""What a host and operators do with accounts: another id, and two that become one."""

from pydantic import Field

from app.domain.config_fields import ExternalId
from app.schemas.common import RequestBody, Shape, Timed


class RenameBody(RequestBody):
    """Which id the player has from now on, and what the old one is."""

    new_external_id: ExternalId
    keep_old_id: bool = Field(
        default=True,
        description="The old id goes on naming the player. False: it is free for somebody else, and the player's"
        " sign-ins from before now end.",
    )


class MergeBody(RequestBody):
    """Into whom the player's account goes, by the host's id of them."""

    into: ExternalId
    preview: bool = Field(default=False, description="Says what would happen, and changes nothing.")


class Renamed(Timed):
    """The player as the host knows them now."""

    user_id: int
    external_id: str
    old_external_ids: list[str] = Field(description="Earlier ids that go on naming the player.")
    is_changed: bool = Field(description="False: it was so already.")


class MergedSeason(Shape):
    """What a merge changed in one season."""

    season_id: int
    xp: int = Field(description="What the player got of the source's XP.")
    xp_counted_once: int = Field(description="The source's XP for what both had done: they count once.")
    stamps: int
    level_before: int
    level_after: int


class PlayersMerged(Timed):
    """What became of the two accounts."""

    user_id: int = Field(description="The player who goes on.")
    external_id: str
    source_user_id: int = Field(description="The account that ended; its history stays.")
    source_external_id: str | None = Field(description="From now on another id of the player; null: merged before.")
    is_changed: bool = Field(description="False: it was so already, or is a preview of nothing.")
    moved: dict[str, int] = Field(examples=[{"POINT": 300}], description="By wallet: what went over.")
    taken_back: dict[str, int] = Field(
        examples=[{"POINT": 100}], description="By wallet: what both were given for the same once-for-a-player cause."
    )
    rewards_given_twice: int
    rewards_spent_already: int = Field(description="Of those: what could not be taken back any more.")
    seasons: list[MergedSeason]
    bridge_keys: int
