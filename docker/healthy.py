"""A container's sign of life: exit code 0 when the API may get traffic, or a worker was at work lately."""

import json
import sys
from urllib.error import URLError
from urllib.request import urlopen

# a worker ticks each minute; two may be slow
QUIET_SECONDS = 180


def is_healthy(what: str, url: str) -> bool:
    """`api`: ready. `worker`: any worker gave a sign of life within QUIET_SECONDS, as the API reads it."""
    try:
        with urlopen(f"{url}/health/ready", timeout=4) as response:  # noqa: S310 – our own address
            quiet = json.load(response)["worker_quiet_seconds"]
    except (URLError, OSError):
        return False
    return what == "api" or (quiet is not None and quiet < QUIET_SECONDS)


if __name__ == "__main__":
    what, *url = sys.argv[1:]
    sys.exit(0 if is_healthy(what, *url or ["http://127.0.0.1:8000"]) else 1)
