"""Ending tasks that lose a cancellation."""

import asyncio

from app.core.tasks import end_tasks


async def test_a_task_that_loses_a_cancellation_is_cancelled_again() -> None:
    """As `asyncio.wait_for` loses it before Python 3.12: the wait has just ended with an error of its own."""
    lost = 0

    async def goes_on() -> None:
        nonlocal lost
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                if lost == 2:
                    raise
                lost += 1

    task = asyncio.create_task(goes_on())
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await end_tasks(task)
    assert lost == 2
    assert task.cancelled()


async def test_tasks_that_have_ended_however_are_no_trouble() -> None:
    async def fails() -> None:
        raise OSError

    failed, done = asyncio.create_task(fails()), asyncio.create_task(asyncio.sleep(0))
    await asyncio.wait({failed, done})
    await end_tasks(failed, done)
    await end_tasks()
