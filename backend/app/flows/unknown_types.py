"""Types of host events that came and that no rule in force and no bridge mission names. Reads only.

Reads host_events, hosts, host_rules, host_rule_versions, bridge_campaigns.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from app.core.time_utils import kst_date
from app.domain.rules import Rule
from app.services import House, Services
from app.utils.random_utils import first_id_at

Row = dict[str, Any]
LOOK_BACK = timedelta(days=30)
MOST_TYPES = 200


async def unknown_types(house: House) -> Row:
    """Each such type of the last 30 days by host: how many came, when the last one did, and that one as an example.

    The most frequent first, at most 200 as `items`; `has_more` says that there are others. What the rules know is what
    they know now, whenever the events came.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        since = first_id_at(now - LOOK_BACK)
        hosts = {host.id: host.code for host in await keepers.identity.active_hosts()}
        known = {host_id: await _known(keepers, host_id) for host_id in hosts}
        bridges = (await keepers.rule_book.seasons_on(kst_date(now))).bridge_events
        for_all = frozenset.intersection(*known.values()) if known else frozenset()
        rows: list[Row] = []
        for event_type in sorted(set(await keepers.host_event.types()) - for_all - bridges):
            for host_id, number, newest in await keepers.host_event.tally(event_type, since):
                if host_id in hosts and event_type not in known[host_id]:
                    example = await keepers.host_event.find(newest) or {}
                    rows.append({
                        "host": hosts[host_id],
                        "event_type": event_type,
                        "count": number,
                        "last_seen": example.get("received_at"),
                        "example": example.get("data"),
                        "event_id": newest,
                    })  # fmt: skip
        rows.sort(key=lambda row: int(row["count"]), reverse=True)
        return {"items": rows[:MOST_TYPES], "has_more": len(rows) > MOST_TYPES}

    return await house.read(work)


async def _known(keepers: Services, host_id: int) -> frozenset[str]:
    rules: Sequence[Rule] = await keepers.rule.in_force(host_id)
    return frozenset(event_type for rule in rules for event_type in rule.config.event_types)
