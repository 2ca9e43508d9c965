"""Every invariant, in the order it is reported."""

from app.services.reconcile.account_checks import ACCOUNT_CHECKS
from app.services.reconcile.act_checks import ACT_CHECKS, SEASONS_AS_TOLD
from app.services.reconcile.board_checks import BOARD_CHECKS
from app.services.reconcile.bridge_checks import BRIDGE_CHECKS
from app.services.reconcile.cause_checks import CAUSE_CHECKS
from app.services.reconcile.check import Check
from app.services.reconcile.desk_checks import DESK_CHECKS, SEALED_LOG
from app.services.reconcile.draw_checks import DRAW_CHECKS
from app.services.reconcile.event_checks import EVENT_CHECKS
from app.services.reconcile.game_checks import GAME_CHECKS
from app.services.reconcile.goal_checks import GOAL_CHECKS
from app.services.reconcile.outbox_checks import OUTBOX_CHECKS
from app.services.reconcile.pass_checks import PASS_CHECKS
from app.services.reconcile.promo_checks import PROMO_CHECKS
from app.services.reconcile.ranking_checks import RANKING_CHECKS
from app.services.reconcile.reward_checks import REWARD_CHECKS
from app.services.reconcile.season_checks import SEASON_CHECKS
from app.services.reconcile.stock_checks import STOCK_CHECKS
from app.services.reconcile.structure_checks import STRUCTURE_CHECKS
from app.services.reconcile.team_checks import TEAM_CHECKS
from app.services.reconcile.value_checks import VALUE_CHECKS

CHECKS: tuple[Check, ...] = (
    *VALUE_CHECKS,
    *REWARD_CHECKS,
    *CAUSE_CHECKS,
    *PROMO_CHECKS,
    *SEASON_CHECKS,
    *PASS_CHECKS,
    *GAME_CHECKS,
    *DRAW_CHECKS,
    *STOCK_CHECKS,
    *BRIDGE_CHECKS,
    *EVENT_CHECKS,
    *GOAL_CHECKS,
    *OUTBOX_CHECKS,
    *BOARD_CHECKS,
    *RANKING_CHECKS,
    *TEAM_CHECKS,
    *ACCOUNT_CHECKS,
    *DESK_CHECKS,
    *ACT_CHECKS,
    *STRUCTURE_CHECKS,
)
ALL_CHECKS = (*CHECKS, SEASONS_AS_TOLD, SEALED_LOG)
