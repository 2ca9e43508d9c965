"""The demo as it is seeded, walked from 25 December to the new year by HTTP alone: seven keys, and they are paid."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.docs.desk import reader, surroundings
from tests.world import key

# day → plays of each game, as the seeded campaign asks for them
PLAYS = {1: {"roulette": 5}, 3: {"lottery": 5}, 4: {"dice": 10}, 5: {"dice": 5, "lottery": 5, "roulette": 5}}
SETTLED_WITHIN_SECONDS = 60  # the demo's worker ticks every two


class Demo:
    """A demo, its operator, and its host's server."""

    def __init__(self, client: httpx.Client, admin: str) -> None:
        self.client, self.admin = client, {"Authorization": f"Bearer {admin}"}
        body = {"name": "the walk", "reason": "a test"}
        self.host = {"X-API-Key": self.sent("POST", "/admin/hosts/main/keys", self.admin | key(), body)["key"]}
        self.year = datetime.fromisoformat(self.sent("POST", "/demo/clock", {}, {"advance_seconds": 0})["now"]).year

    def sent(self, method: str, path: str, headers: dict[str, str], body: Any = None) -> Any:
        answer = self.client.request(method, f"/api{path}", headers=headers, json=body)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def stand_at(self, text: str, *, year: int = 0) -> None:
        self.sent("POST", "/demo/clock", {}, {"now": f"{self.year + year}-{text}+09:00"})

    def signed_in(self, external_id: str) -> dict[str, str]:
        answer = self.sent("POST", "/auth/token", self.host, {"external_id": external_id})
        return {"Authorization": f"Bearer {answer['access_token']}"}

    def play(self, who: dict[str, str], game: str, times: int) -> None:
        for _ in range(times):
            self.sent("POST", f"/{game}/play", who | key(), None)

    def bridge(self, who: dict[str, str]) -> dict[str, Any]:
        found: dict[str, Any] = self.sent("GET", "/bridge/status", who)["event_bridge"]
        return found

    def points(self, who: dict[str, str]) -> int:
        lines = self.sent("GET", "/me", who)["wallets"]
        return sum(line["balance"] for line in lines if line["token_type"] == "POINT")

    def goal(self, external_id: str, day: int) -> Any:
        event = {"id": f"{external_id}-{day}", "source": "/walk", "type": "goal.reached", "subject": external_id}
        return self.sent("POST", "/events", self.host, event | {"data": {"goal": "weekly"}})


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("reader")
    with reader(folder) as address, httpx.Client(base_url=f"http://{address}", timeout=30) as client:
        asked = ["./run", "ops", "token", "--data", ".demo", "--sub", "me", "--scope", "admin"]
        said = subprocess.run(asked, cwd=folder, env=surroundings(), capture_output=True, text=True, check=True)
        yield Demo(client, said.stdout.split()[-1])


def test_who_collects_all_seven_keys_of_the_seeded_demo_is_paid_points_and_a_level(demo: Demo) -> None:
    bada, late = demo.signed_in("bada"), demo.signed_in("byeol")
    for day, date in enumerate(range(25, 32), start=1):
        demo.stand_at(f"12-{date}T{'23:30' if day == 7 else '12:00'}:00")
        for game, times in PLAYS.get(day, {}).items():
            demo.play(bada, game, times)
            demo.play(late, game, times - 2 if day == 3 else times)
        if day in (2, 6):
            for player in ("bada", "byeol"):
                effects = demo.goal(player, day)["results"][0]["effects"]
                assert effects == [{"kind": "BRIDGE_KEY", "key_event": f"KEY_DAY_{day}_HOST_GOAL"}]
        demo.sent("GET", "/me", bada)
        demo.sent("GET", "/me", late)
        seen = demo.bridge(bada)
        assert seen["active_keys"] == list(range(1, day + 1)), seen["slots"][day - 1]
    assert seen["is_all_keys_collected"] and seen["pending_reward_points"] == 35_000

    missed = demo.bridge(late)
    assert missed["active_keys"] == [1, 2, 4, 5, 6, 7]
    slot = missed["slots"][2]
    assert (slot["state"], slot["progress"], slot["target"]) == ("MISSED", 3, 5), "what was made stays in sight"

    before, before_late = demo.points(bada), demo.points(late)
    demo.stand_at("01-01T00:10:05", year=1)
    until = time.monotonic() + SETTLED_WITHIN_SECONDS
    while demo.points(bada) == before and time.monotonic() < until:
        time.sleep(0.5)
    assert demo.points(bada) == before + 35_000
    assert demo.points(late) == before_late, "six keys are not seven"
    progress = demo.sent("GET", "/season-pass/status", bada)["progress"]
    assert (progress["current_level"], progress["total_stamps"]) == (1, 0), "the level is the bridge's"
