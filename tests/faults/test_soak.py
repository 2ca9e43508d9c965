"""Hours of half the load with a random fault every so often: nothing lost, and no process grows (F21).

Two minutes in the slow suite; for the real one set SOAK_MINUTES=30 and SOAK_EVERY=30.
"""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.faults.book import Book
from tests.faults.chance import dice
from tests.faults.conftest import Served
from tests.faults.crowd import Crowd

MINUTES = float(os.environ.get("SOAK_MINUTES", "2"))
EVERY_SECONDS = float(os.environ.get("SOAK_EVERY", "15"))
# a process has to be warm before its size means something
GROWTH_COUNTS_FROM_MINUTES = 10
WARM_AFTER = 0.2  # of the whole time


@pytest.mark.slow
@pytest.mark.timeout(60 * MINUTES + 300)
async def test_f21_random_faults_lose_nothing_and_nothing_grows(
    served: Served, book: Book, record_property: Any
) -> None:
    crowd, chance = Crowd(served.world, book), dice("f21")
    await crowd.gather()
    sizes: list[int] = []
    deeds: list[str] = []

    async def trouble() -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + 60 * MINUTES
        while loop.time() < until:
            deed = chance.choice(("database killed", "database hangs", "process killed", "process hangs"))
            # the oldest process is never touched: its growth is measured
            oldest, victim = served.workers[:2]
            sizes.append(resident_kilobytes(oldest))
            if deed == "database killed":
                await asyncio.to_thread(served.server.kill9)
                await asyncio.to_thread(served.server.start)
            elif deed == "database hangs":
                served.server.pause()
                await asyncio.sleep(3)
                served.server.resume()
            elif deed == "process killed":
                os.kill(victim, signal.SIGKILL)
            else:
                os.kill(victim, signal.SIGSTOP)
                await asyncio.sleep(3)
                with suppress(ProcessLookupError):  # its supervisor may have replaced it
                    os.kill(victim, signal.SIGCONT)
            deeds.append(deed)
            await crowd.wait_for(crowd.plays + 20)
            await asyncio.sleep(EVERY_SECONDS * (0.5 + chance.random()))

    await crowd.play_while(trouble)
    warm = sizes[int(len(sizes) * WARM_AFTER)]
    growth = sizes[-1] / warm - 1
    record_property("measured", f"{MINUTES:g} min, {len(deeds)} faults, {crowd.plays} plays, memory {growth:+.1%}")
    assert len(deeds) > MINUTES
    assert growth < 0.05 or MINUTES < GROWTH_COUNTS_FROM_MINUTES, sizes
    await crowd.require_exactly_once()


def resident_kilobytes(pid: int) -> int:
    """What it holds in memory."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
