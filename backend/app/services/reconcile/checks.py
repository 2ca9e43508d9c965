"""Every invariant, in the order it is reported."""

from app.services.reconcile.bridge_checks import BRIDGE_CHECKS
from app.services.reconcile.check import Check
from app.services.reconcile.game_checks import GAME_CHECKS
from app.services.reconcile.season_checks import SEASON_CHECKS
from app.services.reconcile.value_checks import VALUE_CHECKS

CHECKS: tuple[Check, ...] = (*VALUE_CHECKS, *SEASON_CHECKS, *GAME_CHECKS, *BRIDGE_CHECKS)
