"""What operators decided, as it stands in one transaction: switches, active configs, running seasons."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from app.core.errors import AppError
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
