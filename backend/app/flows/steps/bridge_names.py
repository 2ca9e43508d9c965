"""What a stored bridge campaign names, for the check of references."""

from datetime import timedelta

from app.flows.steps.check_references import ConfigDocument
from app.flows.steps.edits import Row, only
from app.services import Services

ONE_DAY = timedelta(days=1)


async def bridge_document(keepers: Services, campaign: Row, *, in_force: bool) -> ConfigDocument:
    """A stored campaign. Its levels are given from the day after the last on."""
    content = only(campaign, "program", "target_season_id", "slots")
    host, until = await host_code(keepers, campaign), campaign["end_date"] + ONE_DAY
    return ConfigDocument("bridge", campaign["code"], content, host, until, in_force=in_force)


async def host_code(keepers: Services, campaign: Row) -> str | None:
    """Whose players it is for; None: those of all hosts."""
    hosts = {host.id: host.code for host in await keepers.identity.known_hosts()}
    return hosts.get(campaign["host_id"])
