"""What a page costs of a processor, whatever else the machine does."""

import statistics
import time
from collections.abc import Awaitable, Callable

# what known_work takes when the machine whose budgets these are (2 cores, AMD EPYC, Python 3.11) does nothing else
KNOWN_MS = 5.6
ROUNDS, TIMES = 3, 15


async def cost_ms(ask: Callable[[], Awaitable[None]]) -> float:
    """What `ask` takes, the test's own client included, in milliseconds of an idle core: the best of three medians.

    A core that other work is at, too, is slower (its caches, its other thread, its clock), and for known work as well.
    That is measured in turns with what is asked, and divided out.
    """
    return min([await _median(ask) for _ in range(ROUNDS)])


async def _median(ask: Callable[[], Awaitable[None]]) -> float:
    spent, known = [], []
    for _ in range(TIMES):
        started = time.process_time()
        await ask()
        asked = time.process_time()
        known_work()
        known.append(time.process_time() - asked)
        spent.append(asked - started)
    return statistics.median(spent) / statistics.median(known) * KNOWN_MS


def known_work() -> int:
    return sum(n * n for n in range(100_000))
