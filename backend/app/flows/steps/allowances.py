"""What operators may give on a KST day: so much of each token, and so much of everything together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from app.core.errors import AppError
from app.services import House, Services
from app.services.allowance_service import WORTH, AllowanceKey


@dataclass(slots=True)
class Allowances:
    """How much operators have given today, and may still give. Changed in place under the rows' locks."""

    today: date
    most_of_token: int
    most_points: int
    stored: dict[AllowanceKey, int]
    changed: dict[AllowanceKey, int] = field(default_factory=dict)

    def require_room(self, actor: str, tokens: Mapping[str, int], worth: int) -> None:
        """Returns when the operator may give this much more today; raises DAILY_LIMIT_REACHED otherwise."""
        for name, amount in {**tokens, WORTH: worth}.items():
            most, granted = self.most_points if name == WORTH else self.most_of_token, self._granted(actor, name)
            if amount > 0 and granted + amount > most:
                raise AppError("DAILY_LIMIT_REACHED", daily_max=most, granted_today=granted)

    def use(self, actor: str, tokens: Mapping[str, int], worth: int) -> None:
        """Notes that the operator gave this."""
        for name, amount in {**tokens, WORTH: worth}.items():
            if amount > 0:
                self.changed[actor, self.today, name] = self._granted(actor, name) + amount

    async def save(self, keepers: Services) -> None:
        """Writes what was used."""
        for key, granted in sorted(self.changed.items()):
            await keepers.allowance.save(key, granted, is_new=key not in self.stored)

    def _granted(self, actor: str, name: str) -> int:
        key = (actor, self.today, name)
        return self.changed.get(key, self.stored.get(key, 0))


async def lock_allowances(
    house: House, keepers: Services, givers: Iterable[tuple[str, Iterable[str]]], today: date
) -> Allowances:
    """The allowances of these operators, each with the tokens to be given. Lock them before any player."""
    keys = {(actor, today, name) for actor, tokens in givers for name in (*tokens, WORTH)}
    settings = house.settings
    stored = await keepers.allowance.lock(keys)
    return Allowances(today, settings.daily_grant_cap, settings.admin_grant_daily_points, stored)
