"""After a run: everything that was acknowledged is there, once. Asked through the public API alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.load.acknowledgements import Acknowledgement, read
from tests.load.wire import Wire

PAGE = 100


async def missing(api: str, file: Path, tokens: dict[str, str]) -> list[str]:
    """One line for every acknowledgement that the service does not stand by."""
    by_player: dict[str, list[Acknowledgement]] = defaultdict(list)
    for acknowledged in read(file):
        by_player[acknowledged.player].append(acknowledged)
    problems = []
    for name, given in by_player.items():
        wire = Wire(api, tokens[name])
        problems += [f"{name}: {problem}" for problem in await _missing_of(wire, given)]
        wire.close()
    return problems


async def _missing_of(wire: Wire, given: list[Acknowledgement]) -> list[str]:
    entries = await _all(wire, "/api/wallet/ledger")
    rewards = {reward["operation_id"] for reward in await _all(wire, "/api/rewards")}
    plays = [acknowledged for acknowledged in given if acknowledged.kind == "play"]
    problems = _repeated(plays)
    costs = {entry["operation_id"]: entry for entry in entries if entry["reason"] == "PLAY_COST"}
    gains = {entry["operation_id"]: entry for entry in entries if entry["reason"] == "PLAY_REWARD"}
    for play in plays:
        cost, gain = costs.get(play.operation_id), gains.get(play.operation_id)
        if cost is None or cost["delta"] != -1:
            problems.append(f"{play.operation_id} is not in the ledger")
        if play.prize is None:
            continue
        if gain is None or (gain["token_type"], gain["delta"]) != play.prize or play.operation_id not in rewards:
            problems.append(f"{play.operation_id} did not pay {play.prize}")
    if any(acknowledged.kind == "stamp" for acknowledged in given):
        status = (await wire.ask("GET", "/api/season-pass/status")).json()
        if status["progress"]["total_stamps"] < 1:
            problems.append("the stamp is missing")
    return problems


def _repeated(plays: Iterable[Acknowledgement]) -> list[str]:
    counts = Counter(play.operation_id for play in plays)
    return [f"{operation_id} was acknowledged {n} times" for operation_id, n in counts.items() if n > 1]


async def _all(wire: Wire, path: str) -> list[dict[str, Any]]:
    """Every page of a list."""
    items: list[dict[str, Any]] = []
    after = ""
    while True:
        answer = await wire.ask("GET", f"{path}?limit={PAGE}{after}")
        if answer.status != 200:
            raise ConnectionError(f"{path} answered {answer.status} {answer.code}")
        page = answer.json()
        items += page["items"]
        if not page["has_more"]:
            return items
        after = f"&after={page['next']}"
