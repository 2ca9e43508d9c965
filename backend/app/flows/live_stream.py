"""What happens to players, as it happens: one look at the event log for all connections of a process.

A player's events are written under the player's row lock, so their ids rise in the order of the commits: "everything
after the last id" leaves nothing out. Nobody's connection holds a transaction; one task looks for all of them.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog
from pydantic_core import from_json, to_json

from app.core.errors import AppError
from app.core.tasks import end_tasks
from app.core.time_utils import kst_text
from app.domain.event_names import STREAMED, Topic
from app.flows.lane import Lane
from app.flows.steps.commands import PlayerCommand
from app.flows.steps.stream_places import MAX_OF_ONE_PLAYER, Place, Places
from app.services import House, Services
from app.utils.random_utils import new_id

log = structlog.get_logger()
LOOK_SECONDS = 2.0
# while Redis says who has news, the look at everybody is only the second line
SELDOM_LOOK_SECONDS = 10.0
# of several pokes in a row one look answers all
BETWEEN_LOOKS_SECONDS = 0.05
EVENTS_A_LOOK = 500
PLAYERS_A_STATEMENT = 100
# a client that doesn't read gets no more until it has read
MAX_WAITING = 200
AFTER_A_FAILURE_SECONDS = 5.0
# how soon a stream that has ended gives its place back in other processes, and how often this one says it is there
TELL_SECONDS, REPORT_SECONDS = 1.0, 10.0
NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One event. A notice has no id: whoever missed it looks anew anyway."""

    id: int | None
    type: str
    document: str


@dataclass(eq=False, slots=True)
class Subscription:
    """One connection: `cursor` is the last event it was given."""

    user_id: int
    cursor: int | None = None
    is_over: bool = False
    _waiting: deque[StreamEvent] = field(default_factory=deque)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def takes_more(self) -> bool:
        return self.cursor is not None and len(self._waiting) < MAX_WAITING

    def give(self, event: StreamEvent) -> None:
        if event.id is not None:
            self.cursor = event.id
        self._waiting.append(event)
        self._arrived.set()

    def end(self) -> None:
        self.is_over = True
        self._arrived.set()

    async def take(self, timeout_seconds: float) -> list[StreamEvent]:
        """What has arrived; waits at most so long for it, and not at all once it is over."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._arrived.wait(), timeout_seconds)
        if not self.is_over:
            self._arrived.clear()
        events = list(self._waiting)
        self._waiting.clear()
        return events


Row = dict[str, Any]
Messages = Callable[[Sequence[str]], AsyncIterator[str | None]]


class LiveStream:
    """Every connection of one process. `messages` yields what Redis publishes, where there is one.

    At most `max_connections` here, and `most` on all processes together.
    """

    def __init__(
        self, house: House, *, max_connections: int, most: int = 10**9, messages: Messages | None = None
    ) -> None:
        self._house, self._max_connections, self._messages = house, max_connections, messages
        self._places = Places(house, new_id(house.clock.now()), most)
        self._opening: Lane[Place, int] = Lane(self._places.take, key=lambda place: place.user_id, width=1)
        self._changed: set[int] = set()
        self._by_player: dict[int, list[Subscription]] = {}
        self._count = 0
        self._poked: set[int] = set()
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._is_closed = self._is_told = False
        self._shown: object = None

    @property
    def count(self) -> int:
        return self._count

    async def open(self, command: PlayerCommand, last_event_id: int | None) -> Subscription:
        """A connection that gets what comes after `last_event_id`, or from now on. Close it.

        Raises TOKEN_REVOKED, USER_BLOCKED, RATE_LIMITED (too many of this player on all processes), BUSY (too many of
        everybody, or going down).
        """
        if self._is_closed or self._count >= self._max_connections:
            raise AppError("BUSY", retry_after_seconds=5)
        if len(self._by_player.get(command.user_id, ())) >= MAX_OF_ONE_PLAYER:
            raise AppError("RATE_LIMITED", retry_after_seconds=30)  # known without asking
        subscription = Subscription(command.user_id)
        self._by_player.setdefault(command.user_id, []).append(subscription)
        self._count += 1
        try:
            subscription.cursor = await self._begin(command, last_event_id)
        except BaseException:
            self.close(subscription)
            raise
        if last_event_id is not None:
            self.poke([command.user_id])
        self._ensure_tasks()
        return subscription

    def close(self, subscription: Subscription) -> None:
        """Ends one connection."""
        mine = self._by_player.get(subscription.user_id, [])
        if subscription in mine:
            mine.remove(subscription)
            self._count -= 1
            self._changed.add(subscription.user_id)
        if not mine:
            self._by_player.pop(subscription.user_id, None)
        subscription.end()

    def poke(self, user_ids: Iterable[int]) -> None:
        """Says that these players have news: whoever listens is told at once."""
        news = {user_id for user_id in user_ids if user_id in self._by_player}
        if news:
            self._poked |= news
            self._wake.set()

    def end_all(self) -> None:
        """Lets every connection end in good order, and takes no more: the process goes down."""
        self._is_closed = True
        for subscriptions in self._by_player.values():
            for subscription in subscriptions:
                subscription.end()

    async def stop(self) -> None:
        """Ends the connections and the tasks behind them."""
        self.end_all()
        if not self._tasks:
            return
        await end_tasks(*self._tasks)
        self._tasks = []
        with suppress(AppError):  # half a minute later nothing of this process counts anyway
            await self._places.leave()

    async def _begin(self, command: PlayerCommand, last_event_id: int | None) -> int:
        mine = len(self._by_player[command.user_id])
        return await self._opening.submit(Place(command, last_event_id, mine=mine, all_here=self._count))

    async def _tell(self) -> None:
        """Says soon what has ended here, and now and then that this process is there."""
        told_at = time.monotonic()
        while True:
            await asyncio.sleep(TELL_SECONDS)
            if not self._changed and time.monotonic() - told_at < REPORT_SECONDS:
                continue
            changed, self._changed = self._changed, set()
            try:
                await self._places.tell({user_id: len(self._by_player.get(user_id, ())) for user_id in changed})
            except AppError as refusal:
                log.warning("stream_places_not_told", code=refusal.code)
                self._changed |= changed
            told_at = time.monotonic()

    def _ensure_tasks(self) -> None:
        """The tasks run from the first connection on; one that broke is begun anew with the next."""
        if self._tasks and not any(task.done() for task in self._tasks):
            return
        for task in self._tasks:
            task.cancel()
        self._tasks = [asyncio.create_task(self._look_around()), asyncio.create_task(self._tell())]
        if self._messages is not None:
            self._tasks.append(asyncio.create_task(self._listen(self._messages)))

    async def _look_around(self) -> None:
        """Looks at once for those who were poked, and every few seconds for everybody."""
        looked_at = time.monotonic()
        while True:
            interval = SELDOM_LOOK_SECONDS if self._is_told else LOOK_SECONDS
            pause = max(BETWEEN_LOOKS_SECONDS, looked_at + interval - time.monotonic())
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), pause)
            self._wake.clear()
            poked, self._poked = self._poked, set()
            is_everybody = time.monotonic() - looked_at >= interval
            if is_everybody:
                looked_at = time.monotonic()
            if not self._by_player:
                continue
            await self._unharmed(self._look(set(self._by_player) if is_everybody else poked))
            if is_everybody:
                await self._unharmed(self._look_at_notices())
            await asyncio.sleep(BETWEEN_LOOKS_SECONDS)

    async def _unharmed(self, look: Awaitable[None]) -> None:
        """A look that fails is made up by the next one."""
        try:
            await look
        except AppError as refusal:
            log.warning("stream_look_failed", code=refusal.code)

    async def _look(self, user_ids: Iterable[int]) -> None:
        cursors = {user_id: cursor for user_id in user_ids if (cursor := self._cursor_of(user_id)) is not None}
        for players in _batched(list(cursors.items())):
            await self._look_at(dict(players))

    async def _look_at(self, cursors: dict[int, int]) -> None:
        rows = await self._house.read(
            lambda keepers: keepers.event_log.after(cursors, types=STREAMED, limit=EVENTS_A_LOOK)
        )
        for row in rows:
            self._hand_out(row["user_id"], _event(row))
        if len(rows) == EVENTS_A_LOOK:
            self.poke(cursors)

    def _cursor_of(self, user_id: int) -> int | None:
        cursors = [one.cursor for one in self._by_player.get(user_id, ()) if one.takes_more and one.cursor is not None]
        return min(cursors, default=None)

    def _hand_out(self, user_id: int, event: StreamEvent) -> None:
        for one in self._by_player.get(user_id, ()):
            if one.takes_more and one.cursor is not None and event.id is not None and one.cursor < event.id:
                one.give(event)

    async def _look_at_notices(self) -> None:
        """Texts and switches that everybody sees: when they change, everybody is told to look again."""

        async def work(keepers: Services) -> object:
            return await keepers.ui_config.fingerprint(), await keepers.feature.fingerprint()

        shown, before = await self._house.read(work), self._shown
        self._shown = shown
        if before in (None, shown):
            return
        document = to_json(
            {"id": None, "type": NOTICE, "timestamp": kst_text(self._house.clock.now()), "data": {}}
        ).decode()
        for subscriptions in self._by_player.values():
            for one in subscriptions:
                one.give(StreamEvent(None, NOTICE, document))

    async def _listen(self, messages: Messages) -> None:
        """Hears from Redis who has news. Without it the looks come more often."""
        while True:
            try:
                async for message in messages([topic.value for topic in Topic]):
                    self._is_told = True
                    if message is not None:
                        self.poke([from_json(message)["data"]["user_id"]])
            except (ConnectionError, ValueError, KeyError) as error:
                log.warning("stream_listens_no_more", error=type(error).__name__)
            finally:
                self._is_told = False
            await asyncio.sleep(AFTER_A_FAILURE_SECONDS)


def _batched(cursors: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    for start in range(0, len(cursors), PLAYERS_A_STATEMENT):
        yield cursors[start : start + PLAYERS_A_STATEMENT]


def _event(row: Row) -> StreamEvent:
    kind = STREAMED[row["event_type"]]
    said = {"id": row["id"], "type": kind, "timestamp": kst_text(row["created_at"])}
    document = to_json(said | {"data": {"reference": row["reference"], **row["facts"]}}).decode()
    return StreamEvent(row["id"], kind, document)
