"""Builds everything once. The only place that says `new`."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from zlib import crc32

from app.config.settings import Settings
from app.core.host_gate import HostGate
from app.core.jwks import Jwks
from app.core.pulse import Pulse
from app.core.seal_witnesses import SealWitnesses
from app.core.security import Passwords
from app.core.time_utils import Clock, SystemClock
from app.core.tokens import TokenKeys
from app.core.webhook_sender import WebhookSender
from app.db.cache import Cache
from app.db.rate_limits import RateLimits
from app.db.session import make_engines
from app.db.transaction import Database
from app.domain.draw import Draw
from app.flows.adjust_wallet import AdjustCommand, adjust_wallets
from app.flows.authenticate import Authenticator
from app.flows.backlog import note_backlog
from app.flows.bridge_status import bridge_status
from app.flows.claim import ClaimCommand, claim
from app.flows.claim_mission import ClaimMissionCommand, claim_missions
from app.flows.deliver_webhooks import Post
from app.flows.lane import Lane
from app.flows.live_stream import LiveStream
from app.flows.meet_players import meet_players
from app.flows.play import PlayCommand, play
from app.flows.presence import Presence, PresenceCommand, record_presence
from app.flows.redeem_code import RedeemCodeCommand, redeem_codes
from app.flows.refresh_sign_in import refresh_sign_in
from app.flows.season_status import SeasonQuery, season_status
from app.flows.sign_in import SignIn, sign_in_players
from app.flows.staff_sign_in import StaffDoor
from app.flows.stamp import StampCommand, stamp
from app.flows.start_up import refuse_unsafe_start
from app.flows.steps.commands import Done, PlayerCommand
from app.flows.steps.know_player import Arrival
from app.flows.try_rule import RuleReplays
from app.flows.vital_signs import note_vital_signs
from app.services import House
from app.utils.random_utils import SecureDraw

if TYPE_CHECKING:
    from app.core.tracing import Traces

HOST_LIMIT = "HOST"
MOST_CALLS_OF_A_HOST = 64
# a lane takes 4,096 commands: a dozen hosts that open at once still find room
MOST_SIGN_INS_OF_A_HOST = 300
C = TypeVar("C", bound=PlayerCommand)
R = TypeVar("R")


def open_house(
    settings: Settings, *, clock: Clock | None = None, draw: Draw | None = None, traces: "Traces | None" = None
) -> House:
    """Database, clock and dice: all that a flow needs. Close it with `house.database.dispose()`."""
    database = Database(make_engines(settings), budget_seconds=settings.db_budget_seconds)
    return House(database, clock or SystemClock(), draw or SecureDraw(), settings, traces=traces)


def open_traces(settings: Settings, service: str) -> "Traces | None":
    """What tells a collector of this process's transactions, where one is configured. Close it after the container."""
    if settings.otel_exporter_otlp_endpoint is None:
        return None
    from app.core.tracing import Traces  # noqa: PLC0415 – a quarter of a second, for who has a collector

    return Traces(settings.otel_exporter_otlp_endpoint, service=service, environment=settings.env)


async def require_safe_start(settings: Settings, *, clock: Clock | None = None) -> None:
    """Returns when a process with these settings may serve; raises StartupRefused with every problem otherwise.

    Comes before the container, which can't be built from every unsafe setting.
    """
    house = open_house(settings, clock=clock)
    try:
        await refuse_unsafe_start(house)
    finally:
        await house.database.dispose()


def by_player(command: PlayerCommand) -> int:
    """One player's commands follow one another."""
    return command.user_id


def by_name(who: Arrival | SignIn) -> int:
    """One player's requests follow one another: of those that meet a new player, the first makes them."""
    return crc32(who.external_id.encode())


def by_code(command: RedeemCodeCommand) -> int:
    """The commands of one shared code share transactions: its campaign's row is locked once for all of them."""
    return crc32(command.code.encode())


def _rate_limits(settings: Settings, cache: Cache) -> RateLimits:
    of_hosts = {} if settings.limit_per_host is None else {HOST_LIMIT: settings.limit_per_host}
    burst_seconds = settings.rate_limit_burst_seconds
    return RateLimits({**settings.limits_per_player, **of_hosts}, cache, burst_seconds=burst_seconds)


def _gates(settings: Settings) -> tuple[HostGate, HostGate]:
    """For calls of hosts with a transaction of their own, which wait in a short line, and for those that share one."""
    patience = settings.db_pool_timeout_seconds
    # half the connections that write: whatever one host sends, the other half is there for everybody else
    at_once = 1 if settings.is_sqlite else max(1, settings.db_write_pool // 2)
    own = HostGate(at_once, MOST_CALLS_OF_A_HOST, patience)
    return own, HostGate(MOST_SIGN_INS_OF_A_HOST, MOST_SIGN_INS_OF_A_HOST, patience)


class Container:
    """Everything a process shares: settings, clock, database, the lanes of its hot commands."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        draw: Draw | None = None,
        traces: "Traces | None" = None,
    ) -> None:
        self.settings = settings
        house = self.house = open_house(settings, clock=clock, draw=draw, traces=traces)
        self.clock, self.database = house.clock, house.database
        self.cache = Cache(settings.redis_url)
        self.rate_limits = _rate_limits(settings, self.cache)
        self.host_gate, self.sign_in_gate = _gates(settings)
        heard = self.cache.messages if settings.redis_url else None
        self.stream = LiveStream(
            house, max_connections=settings.stream_connections, most=settings.stream_connections_total, messages=heard
        )
        self.plays: Lane[PlayCommand, Done] = Lane(self._told(play), traces=traces, key=by_player)
        self.stamps: Lane[StampCommand, Done] = Lane(self._told(stamp), traces=traces, key=by_player)
        self.claims: Lane[ClaimCommand, Done] = Lane(self._told(claim), traces=traces, key=by_player, width=1)
        self.codes: Lane[RedeemCodeCommand, Done] = Lane(self._told(redeem_codes), traces=traces, key=by_code)
        self.mission_claims: Lane[ClaimMissionCommand, Done] = Lane(
            self._told(claim_missions), traces=traces, key=by_player, width=1
        )
        self.adjustments: Lane[AdjustCommand, Done] = Lane(
            self._told(adjust_wallets), traces=traces, key=by_player, width=1
        )
        self.statuses: Lane[SeasonQuery, Done] = Lane(partial(season_status, house), key=by_player, width=1)
        self.bridges: Lane[PlayerCommand, Done] = Lane(partial(bridge_status, house), key=by_player)
        presences: Lane[PresenceCommand, Done] = Lane(
            self._told(record_presence), traces=traces, key=by_player, width=1
        )
        self.presence = Presence(house, presences)
        self.keys = TokenKeys.from_settings(settings)
        is_open = settings.env != "production"
        jwks = Jwks(self.keys.clock, allow_plain_loopback=is_open, networks=settings.jwks_allowed_networks)
        self.sign_ins: Lane[SignIn, dict[str, Any]] = Lane(
            lambda sign_ins: sign_in_players(house, self.keys, sign_ins), traces=traces, key=by_name
        )
        self.arrivals: Lane[Arrival, int] = Lane(partial(meet_players, house), traces=traces, key=by_name)
        self.authenticator = Authenticator(house, self.keys, jwks, self.arrivals)
        self.passwords, self.rule_replays = Passwords(), RuleReplays(house)
        self.staff_door = StaffDoor(house, self.keys, self.passwords)
        sender = WebhookSender(
            allow_private=settings.webhook_allow_private, timeout_seconds=settings.webhook_timeout_seconds
        )
        self.post, self.witnesses = Post(sender, self.keys.clock), SealWitnesses.from_settings(settings, sender)
        self.pulse = Pulse()
        self.is_draining = False

    async def refresh(self, refresh_token: str, *, is_staff: bool, request_id: str | None) -> dict[str, Any]:
        """As `refresh_sign_in`; raises RATE_LIMITED for who refreshes too often."""
        operation = "refresh_staff" if is_staff else "get_token"
        return await refresh_sign_in(
            self.house,
            self.keys,
            refresh_token,
            is_staff=is_staff,
            admit=lambda owner_id: self.rate_limits.spend(owner_id, operation, "POST"),
            request_id=request_id,
        )

    def begin_to_drain(self) -> None:
        """Says that the process goes down: it is ready for no new traffic, and answers whatever still comes."""
        self.is_draining = True

    def begin_to_stop(self) -> None:
        """Nothing more is accepted from now on: the streams end, which never end by themselves."""
        self.begin_to_drain()
        self.stream.end_all()

    async def measure(self) -> None:
        """Sets the gauges that tell of database, worker, pools and Redis: for a scrape, just before it is answered."""
        await note_backlog(self.house)
        await note_vital_signs(self.house)
        await self.cache.measure()

    async def close(self) -> None:
        """Closes every connection. Call inside the loop that used them."""
        await self.stream.stop()
        await self.rate_limits.close()
        await self.database.dispose()
        await self.cache.close()

    def _told(
        self, flow: Callable[[House, Sequence[C]], Awaitable[list[R]]]
    ) -> Callable[[Sequence[C]], Awaitable[list[R]]]:
        """The flow, after whose commit the streams of its players look for what is new."""

        async def run(commands: Sequence[C]) -> list[R]:
            results = await flow(self.house, commands)
            self.stream.poke(command.user_id for command in commands)
            return results

        return run
