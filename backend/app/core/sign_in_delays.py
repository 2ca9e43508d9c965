"""Who guesses waits: each wrong sign-in from an address makes its next one wait longer, and nobody else's."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from app.core.errors import AppError

# A person mistypes three times. From then on the wait doubles: 1, 2, 4 … seconds, a quarter of an hour at most.
FREE_PER_LOGIN, FREE_PER_ADDRESS = 3, 20
LONGEST = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=24)
# an address can't push another one's failures out: it waits long before it has tried so many logins
REMEMBERED = 10_000
PREFIX_OF_A_HOME = 64  # an IPv6 customer holds at least such a network
OF_ADDRESS = ""


@dataclass(slots=True)
class Failures:
    """Wrong tries in a row, and when the next one is looked at."""

    count: int
    last_at: datetime
    next_at: datetime


class SignInDelays:
    """The waits of one process, in bounded memory. n processes let a guesser try n times as often, and no more."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], Failures] = OrderedDict()

    def require_turn(self, address: str, login: str, now: datetime) -> None:
        """Returns when this address may try this login now; raises RATE_LIMITED with the seconds to wait otherwise.

        What is refused here is not looked at: a right password tells nothing to who has to wait.
        """
        waits = [known.next_at for key in _keys(address, login) if (known := self._known.get(key))]
        left = (max(waits, default=now) - now).total_seconds()
        if left > 0:
            raise AppError("RATE_LIMITED", retry_after_seconds=int(left) + 1)

    def note_failure(self, address: str, login: str, now: datetime) -> None:
        """Makes the next try of this address wait, for this login sooner than for any."""
        for key, free in zip(_keys(address, login), (FREE_PER_LOGIN, FREE_PER_ADDRESS), strict=True):
            known = self._known.pop(key, None)
            count = 1 if known is None or known.last_at + FORGOTTEN_AFTER <= now else known.count + 1
            self._known[key] = Failures(count, now, now + delay_after(count, free))
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def forget(self, address: str, login: str) -> None:
        """Forgets the failures of who got in. Those of the address for other logins stay."""
        self._known.pop(_keys(address, login)[0], None)


def delay_after(failures: int, free: int) -> timedelta:
    """How long the next try waits after so many failures in a row, `free` of which cost nothing."""
    over = failures - free
    return timedelta() if over < 0 else min(LONGEST, timedelta(seconds=2 ** min(over, 20)))


def guesser(address: str) -> str:
    """The network whose tries count as one guesser's: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address) and known.ipv4_mapped is None:
        return str(int(known) >> (128 - PREFIX_OF_A_HOME))
    return str(getattr(known, "ipv4_mapped", None) or known)


def _keys(address: str, login: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return (guesser(address), login), (guesser(address), OF_ADDRESS)
