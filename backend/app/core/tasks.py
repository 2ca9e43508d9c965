"""Ending background tasks, so that whoever waits for their end doesn't wait for ever."""

import asyncio
from typing import Any

# a task may need a moment to close what it holds; after that its cancellation counts as lost
AGAIN_SECONDS = 1.0


async def end_tasks(*tasks: asyncio.Task[Any]) -> None:
    """Cancels the tasks and returns when every one has ended; what they return or raise is dropped.

    Cancels again those that go on: before Python 3.12 `asyncio.wait_for` loses a cancellation that arrives in the
    moment in which its own wait ends, and drivers connect with it. A worker once waited for ever for a renewal that
    had lost its cancellation to a refused connection.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        done, pending = await asyncio.wait(pending, timeout=AGAIN_SECONDS)
        for task in done:
            if not task.cancelled():
                task.exception()  # looked at, or the loop complains that nobody did
