"""Host events as operators look them up: what came, what was refused, and what each caused. Reads only."""

from typing import Any

from app.core.errors import AppError
from app.flows.steps.revoke_events import operations_of
from app.services import House, Services

Row = dict[str, Any]


async def list_events(
    house: House, *, host: str | None, event_type: str | None, external_id: str | None, after: str | None, limit: int
) -> list[Row]:
    """Events that were taken, newest first, `limit + 1` at most."""
    return await house.read(
        lambda keepers: keepers.host_event.page(
            host=host, event_type=event_type, external_id=external_id, after=after, limit=limit
        )
    )


async def look_up_event(house: House, key: str) -> Row:
    """One event with the rules that gave something for it, and where its rewards stand now. Raises NOT_FOUND."""

    async def work(keepers: Services) -> Row:
        event = await keepers.host_event.find(key)
        if event is None:
            raise AppError("NOT_FOUND")
        hits = (await keepers.rule_state.hits_of([key])).get(key, [])
        operations = [operation for hit in hits for operation in operations_of(hit["rule"], key)]
        rewards = await keepers.reward.of_named(operations) if operations else []
        revoked = await keepers.host_event.revocation(event["host_id"], event["source"], event["event_id"])
        shown = [{name: hit[name] for name in ("rule", "version", "units", "effects")} for hit in hits]
        return event | {"rules": shown, "rewards": rewards, "revoked_by": revoked}

    return await house.read(work)
