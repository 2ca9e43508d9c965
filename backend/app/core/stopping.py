"""Hearing that the process is told to stop before its server does, which then takes no more and ends what it has."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def told_to_stop(first: Callable[[], None], then: Callable[[], None], *, wait_seconds: float) -> Iterator[None]:
    """At SIGTERM calls `first`, waits, calls `then`, and lets whoever handled the signal before do so now.

    Both are called in the running loop. In the wait a balancer learns that this process is not ready any more, and the
    server still accepts. SIGINT is a person at a terminal: nobody waits. A server ends its application only after the
    last answer; an answer that never ends by itself must hear of it from `then`. Where nobody handles the signals, or
    outside the main thread, it does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop, before = asyncio.get_running_loop(), {one: signal.getsignal(one) for one in SIGNALS}

    def heard(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(first)
        if number == signal.SIGTERM and wait_seconds:
            loop.call_soon_threadsafe(loop.call_later, wait_seconds, stop, number, None)
        else:
            stop(number, frame)

    def stop(number: int, frame: FrameType | None) -> None:
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
