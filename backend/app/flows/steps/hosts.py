"""The host that a config names."""

from app.core.errors import invalid
from app.services import Services


async def host_id_of(keepers: Services, host: str | None) -> int | None:
    """The id of a host; None for all of them. Raises VALIDATION_ERROR for one that isn't there."""
    if host is None:
        return None
    known = {known.code: known.id for known in await keepers.identity.active_hosts()}
    if host not in known:
        raise invalid(("host", "unknown host"))
    return known[host]
