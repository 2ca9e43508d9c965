"""What a config names that can't be reached, said before it is saved or put in force. Reads only."""

from typing import Any

from app.flows.steps.bridge_names import bridge_document
from app.flows.steps.check_references import ConfigDocument, find_unreachable
from app.flows.steps.edits import Row
from app.services import House, Services

Views = list[dict[str, Any]]


async def config_warnings(house: House, document: ConfigDocument) -> Views:
    """Everything that the document names and nobody can reach as things stand, refusals among them."""
    now = house.clock.now()
    found = await house.read(lambda keepers: find_unreachable(keepers, document, now))
    return [finding.view() for finding in found]


async def bridge_warnings(house: House, campaign: Row) -> Views:
    """As `config_warnings`, of a stored campaign that is about to be opened."""
    now = house.clock.now()

    async def work(keepers: Services) -> Views:
        document = await bridge_document(keepers, campaign, in_force=True)
        return [finding.view() for finding in await find_unreachable(keepers, document, now)]

    return await house.read(work)
