"""Hearing that the process is told to stop, before its server waits for the answers under way."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def told_to_stop(then: Callable[[], None]) -> Iterator[None]:
    """Calls `then` in the running loop at SIGTERM or SIGINT, and lets whoever handled these before do so still.

    A server ends its application only after the last answer; an answer that never ends by itself must hear of it
    earlier. Where nobody handles the signals, or outside the main thread, it does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop, before = asyncio.get_running_loop(), {one: signal.getsignal(one) for one in SIGNALS}

    def heard(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(then)
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    handled = [one for one, handler in before.items() if callable(handler)]
    for one in handled:
        signal.signal(one, heard)
    try:
        yield
    finally:
        for one in handled:
            if signal.getsignal(one) is heard:
                signal.signal(one, before[one])
