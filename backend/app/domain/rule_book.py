"""What operators decided, as it stands in one transaction: switches, active configs, running seasons."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.core.errors import AppError
from app.domain.bridge import Campaign, CampaignState, MissionKind
from app.domain.event_names import Feature
from app.domain.goals import NO_GOALS, Goals
from app.domain.player import PlayerState
from app.domain.season import Season, the_season


@dataclass(frozen=True, slots=True)
class ActiveSetup:
    """The one active config version of a game, parsed."""

    config_id: int
    version: int
    setup: Any


@dataclass(frozen=True, slots=True)
class FeatureState:
    """One switch. `is_scheduled` matters only while the QA gate is on."""

    feature_type: str
    is_enabled: bool
    is_scheduled: bool
    active: ActiveSetup | None


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The operator's rules for one batch of commands."""

    features: dict[str, FeatureState]
    seasons: tuple[Season, ...]
    today: date
    is_gated: bool = False
    bridges: tuple[Campaign, ...] = ()
    goals: Goals = NO_GOALS

    @property
    def season_ids(self) -> list[int]:
        return [season.id for season in self.seasons]

    def require_open(self, feature_type: str) -> FeatureState:
        """The feature when players may use it now; raises NO_FEATURE_TODAY, FEATURE_DISABLED or FEATURE_NOT_ACTIVE."""
        feature = self.features.get(feature_type)
        if feature is None:
            raise AppError("NO_FEATURE_TODAY", feature_type=feature_type)
        if not feature.is_enabled:
            raise AppError("FEATURE_DISABLED", feature_type=feature_type)
        if self.is_gated and not feature.is_scheduled:
            raise AppError("FEATURE_NOT_ACTIVE", feature_type=feature_type)
        return feature

    def setup_if_any(self, feature_type: str) -> ActiveSetup | None:
        """The active config of a game, if there is one that can be played."""
        feature = self.features.get(feature_type)
        return None if feature is None else feature.active

    def require_setup(self, feature_type: str) -> ActiveSetup:
        """The active config of a game; raises GAME_MISCONFIGURED when there is none that can be played."""
        feature = self.features.get(feature_type)
        if feature is None:
            raise AppError("NO_FEATURE_TODAY", feature_type=feature_type)
        if feature.active is None:
            raise AppError("GAME_MISCONFIGURED", feature_type=feature_type)
        return feature.active

    @property
    def has_premium(self) -> bool:
        return any(season.premium_tracks for season in self.seasons)

    @property
    def has_options(self) -> bool:
        return any(season.has_options for season in self.seasons)

    def open_to(self, player: PlayerState) -> list[Season]:
        """The seasons that this player's host may see."""
        return [season for season in self.seasons if season.is_open_to(player.host_id)]

    def running_seasons(self, player: PlayerState, program: str | None = None) -> list[Season]:
        """The running seasons of a program, by default the player's own."""
        wanted = program or player.program
        return [s for s in self.open_to(player) if s.program == wanted and s.is_running(self.today)]

    def running_season(self, player: PlayerState, program: str | None = None) -> Season:
        """The one running season; raises NO_ACTIVE_SEASON or NO_ACTIVE_SEASON_CONFLICT."""
        return the_season(self.running_seasons(player, program))

    def season_if_any(self, player: PlayerState) -> Season | None:
        """The running season where one is welcome but not needed: a play goes on without it."""
        running = self.running_seasons(player)
        return running[0] if len(running) == 1 else None

    def season_of(self, program: str, host_id: int | None) -> Season | None:
        """The running season of a program, if it takes every player of this host; None means those of all hosts."""
        running = [s for s in self.seasons if s.program == program and s.is_running(self.today)]
        fitting = [season for season in running if season.host_id in (None, host_id)]
        return fitting[0] if len(fitting) == 1 else None

    @property
    def bridge_ids(self) -> tuple[int, ...]:
        return tuple(campaign.id for campaign in self.bridges)

    @property
    def bridge_events(self) -> frozenset[str]:
        """The types of host events that a day of an unsettled campaign asks for."""
        slots = [slot for campaign in self.bridges for slot in campaign.slots]
        return frozenset(slot.mission.host_event_type for slot in slots if slot.mission.host_event_type is not None)

    def bridge_of(self, host_id: int) -> Campaign | None:
        """The unsettled campaign of a host's players: the oldest, because the counters belong to one at a time."""
        ours = [campaign for campaign in self.bridges if campaign.is_open_to(host_id)]
        return min(ours, key=lambda campaign: (campaign.start_date, campaign.id), default=None)

    def collecting_bridge(self, host_id: int) -> Campaign | None:
        """The campaign in which these players collect keys now: while BRIDGE is open, until settlement closes it."""
        campaign = self.bridge_of(host_id) if self._is_open(Feature.BRIDGE) else None
        return campaign if campaign is not None and campaign.state is CampaignState.OPEN else None

    def bridges_of_plays(self, games: Iterable[str]) -> list[Campaign]:
        """The campaigns in which a play of these games may earn a key today: usually none."""
        if not self.bridges or not self._is_open(Feature.BRIDGE):
            return []
        played = set(games)
        return [
            campaign
            for campaign in self.bridges
            if campaign.state is CampaignState.OPEN
            and (slot := campaign.slot_on(self.today)) is not None
            and slot.mission.kind is MissionKind.PLAYS
            and played.intersection(slot.mission.games)
        ]

    def _is_open(self, feature_type: str) -> bool:
        feature = self.features.get(feature_type)
        return feature is not None and feature.is_enabled and (feature.is_scheduled or not self.is_gated)
