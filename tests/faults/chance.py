"""Dice of the fault suite: a failure prints their seed, and FAULT_SEED=… throws them again."""

import os
import random

DEFAULT_SEED = 20251209  # the suite of every day always does the same


def dice(name: str) -> random.Random:
    """Dice for one test. `FAULT_SEED=random` chooses a seed that nobody has seen yet."""
    wanted = os.environ.get("FAULT_SEED") or str(DEFAULT_SEED)
    seed = random.SystemRandom().randrange(10**9) if wanted == "random" else int(wanted)
    print(f"{name}: FAULT_SEED={seed}")  # shown by pytest when the test fails
    return random.Random(f"{name}:{seed}")
