"""A host that sends calls of 1,000 events, one after the other: plan in by stdin, figures out by stdout, both JSON."""

from __future__ import annotations

import http.client
import json
import sys
import time
from datetime import UTC, datetime
from typing import Any

from tests.bench.figures import cpu_seconds, figures

EVENTS = 1_000
EVENT_TYPE = "lesson.done"


def bodies(plan: dict[str, Any]) -> list[bytes]:
    """Every call's body, made before anything is measured. Lessons are numbered, so that each is a new one."""
    now = datetime.now(UTC).isoformat()
    made = []
    for call in range(plan["calls"]):
        first = plan["first"] + call * EVENTS
        events = [
            {
                "id": f"bench-{first + n}",
                "source": "/bench/lessons",
                "type": EVENT_TYPE,
                "subject": f"bench-{1 + (first + n) % plan['players']}",
                "time": now,
                "data": {"lesson": f"L-{first + n:09d}", "minutes": 25, "device": "mobile"},
            }
            for n in range(EVENTS)
        ]
        made.append(json.dumps({"events": events}).encode())
    return made


def main() -> None:
    plan = json.load(sys.stdin)
    connection = http.client.HTTPConnection("127.0.0.1", plan["port"], timeout=60)
    headers = {"Authorization": f"Bearer {plan['token']}", "Content-Type": "application/json"}
    calls, latencies = bodies(plan), []
    used, started = cpu_seconds(), time.perf_counter()
    for body in calls:
        at = time.perf_counter()
        connection.request("POST", "/api/events", body, headers)
        response = connection.getresponse()
        answer = response.read()
        latencies.append(time.perf_counter() - at)
        if response.status != 200 or json.loads(answer)["accepted"] != EVENTS:
            sys.exit(f"{response.status}: {answer[:500]!r}")
    done = figures(latencies, time.perf_counter() - started, cpu_seconds() - used)
    print(json.dumps(done | {"count": len(calls) * EVENTS}))


if __name__ == "__main__":
    main()
