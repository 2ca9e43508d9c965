"""The keepers, and how a flow opens a transaction with them.

Lock order, the same everywhere: operators' rows that a batch relies on (share locks, `RuleBookService.in_force`) →
players by id → what is theirs → shared rows by id, last: stock of prizes, campaigns of codes, pools of coupons. A
keeper is the only writer of its tables and never calls another keeper.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from app.config.settings import Settings
from app.core.secret_box import SecretBox
from app.core.time_utils import Clock
from app.db.transaction import Database, Tx
from app.domain.definitions import Definitions
from app.domain.draw import Draw
from app.domain.worth import UNIT_POINTS, Approval
from app.services.alias_service import AliasService
from app.services.allowance_service import AllowanceService
from app.services.audit_service import AuditService
from app.services.badge_service import BadgeService
from app.services.bridge_control_service import BridgeControlService
from app.services.bridge_service import BridgeService
from app.services.cause_service import CauseService
from app.services.coupon_batch_service import CouponBatchService
from app.services.coupon_service import CouponService
from app.services.delivery_service import DeliveryService
from app.services.doctor_service import DoctorService
from app.services.entitlement_service import EntitlementService
from app.services.event_log_service import EventLogService
from app.services.export_service import ExportService
from app.services.feature_service import FeatureService
from app.services.game_config_service import GameConfigService
from app.services.game_log_service import GameLogService
from app.services.goal_book_service import GoalBookService
from app.services.history_service import HistoryService
from app.services.host_event_service import HostEventService
from app.services.idempotency_service import IdempotencyService
from app.services.identity_service import IdentityService
from app.services.inbox_service import InboxService
from app.services.job_control_service import JobControlService
from app.services.job_service import JobService
from app.services.leaderboard_result_service import LeaderboardResultService
from app.services.leaderboard_service import LeaderboardService
from app.services.live_stream_service import LiveStreamService
from app.services.merge_service import MergeService
from app.services.mission_service import MissionService
from app.services.outbox_service import OutboxService
from app.services.player_service import PlayerService
from app.services.privacy_service import PrivacyService
from app.services.prize_stock_service import PrizeStockService
from app.services.program_service import ProgramService
from app.services.promo_service import PromoService
from app.services.ranking_service import RankingService
from app.services.reconcile.reconcile_service import ReconcileService
from app.services.reference_service import ReferenceService
from app.services.report_service import ReportService
from app.services.reversal_service import ReversalService
from app.services.reward_service import RewardService
from app.services.rule_book_service import RuleBookService
from app.services.rule_service import RuleService
from app.services.rule_state_service import RuleStateService
from app.services.seal_service import SealService
from app.services.season_pass_service import SeasonPassService
from app.services.season_service import SeasonService
from app.services.second_factor_service import SecondFactorService
from app.services.team_service import TeamService
from app.services.ui_config_service import UiConfigService
from app.services.wallet_service import WalletService
from app.services.webhook_service import WebhookService

if TYPE_CHECKING:
    from app.core.tracing import Traces

T = TypeVar("T")


class Services:
    """Every keeper, working in one transaction."""

    def __init__(self, tx: Tx, definitions: Definitions, settings: Settings) -> None:  # noqa: PLR0915 – a list
        self.rule_book = RuleBookService(tx, definitions, is_gated=settings.feature_gate_enabled)
        self.player, self.alias = PlayerService(tx), AliasService(tx)
        self.wallet = WalletService(tx)
        self.reward, self.reversal = RewardService(tx), ReversalService(tx)
        self.coupon, self.coupon_batch = CouponService(tx), CouponBatchService(tx)
        self.promo = PromoService(tx)
        self.inbox = InboxService(tx)
        self.entitlement = EntitlementService(tx)
        self.program = ProgramService(tx)
        self.season = SeasonService(tx)
        self.season_pass = SeasonPassService(tx)
        self.game_log = GameLogService(tx)
        self.event_log = EventLogService(tx)
        self.outbox = OutboxService(tx)
        self.webhook = WebhookService(tx)
        self.delivery = DeliveryService(tx)
        self.idempotency = IdempotencyService(tx)
        self.feature = FeatureService(tx)
        self.game_config = GameConfigService(tx)
        self.prize_stock = PrizeStockService(tx)
        self.ui_config = UiConfigService(tx)
        self.audit, self.seal = AuditService(tx, settings), SealService(tx, settings)
        self.allowance = AllowanceService(tx)
        self.identity, self.second_factor = IdentityService(tx), SecondFactorService(tx)
        self.bridge = BridgeService(tx)
        self.bridge_control = BridgeControlService(tx)
        self.job, self.job_control = JobService(tx), JobControlService(tx)
        self.host_event = HostEventService(tx)
        self.rule = RuleService(tx, definitions.rules)
        self.rule_state = RuleStateService(tx)
        self.goal_book, self.mission, self.badge = GoalBookService(tx), MissionService(tx), BadgeService(tx)
        self.leaderboard, self.leaderboard_result = LeaderboardService(tx), LeaderboardResultService(tx)
        self.ranking, self.team = RankingService(tx), TeamService(tx)
        self.live_stream = LiveStreamService(tx)
        self.doctor = DoctorService(tx)
        self.reconcile = ReconcileService(tx)
        self.history = HistoryService(tx)
        self.privacy, self.merge = PrivacyService(tx), MergeService(tx)
        self.report, self.cause = ReportService(tx), CauseService(tx)
        self.export = ExportService(tx)
        self.reference = ReferenceService(tx)


@dataclass(slots=True)
class House:
    """What every flow is given: transactions, the clock, the dice and the settings."""

    database: Database
    clock: Clock
    draw: Draw
    settings: Settings
    definitions: Definitions = field(default_factory=Definitions)
    traces: "Traces | None" = None
    secret_box: SecretBox = field(init=False)
    approval: Approval = field(init=False)

    def __post_init__(self) -> None:
        self.secret_box = SecretBox.from_settings(self.settings)
        worth = UNIT_POINTS | self.settings.reward_unit_points
        self.approval = Approval(self.settings.approval_threshold_points, worth)

    async def write(
        self,
        work: Callable[[Services], Awaitable[T]],
        *,
        is_repeatable: bool = True,
        budget_seconds: float | None = None,
        of_identities: bool = False,
    ) -> T:
        """Runs `work` in one transaction, committed before this returns (see `Database.transaction`)."""
        done = self.database.transaction(
            lambda tx: self._carry_out(tx, work),
            is_repeatable=is_repeatable,
            budget_seconds=budget_seconds,
            of_identities=of_identities,
        )
        if self.traces is None:
            return await done
        with self.traces.transaction(work):
            return await done

    async def write_identities(self, work: Callable[[Services], Awaitable[T]], *, is_repeatable: bool = True) -> T:
        """As `write`, with the account that alone may write hosts, API keys, operators and sign-ins, and no value."""
        return await self.write(work, is_repeatable=is_repeatable, of_identities=True)

    async def _carry_out(self, tx: Tx, work: Callable[[Services], Awaitable[T]]) -> T:
        keepers = Services(tx, self.definitions, self.settings)
        result = await work(keepers)
        await keepers.audit.store()
        return result

    async def snapshot(self, work: Callable[[Services], Awaitable[T]]) -> T:
        """Runs reads that all see one moment (see `Database.snapshot`)."""
        return await self.database.snapshot(lambda tx: work(Services(tx, self.definitions, self.settings)))

    async def read(self, work: Callable[[Services], Awaitable[T]]) -> T:
        """Runs reads without locks (see `Database.read`)."""
        return await self.database.read(lambda tx: work(Services(tx, self.definitions, self.settings)))
