"""Which addresses this service may call on behalf of others: public ones. Everything inside stays out of reach."""

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# native unicast addresses of the internet, without those that carry an IPv4 address inside (6to4, Teredo)
PUBLIC_V6 = IPv6Network("2000::/3")
CARRIERS_V6 = (IPv6Network("2002::/16"), IPv6Network("2001::/23"))
LOOPBACK: tuple[Network, ...] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
# where clouds hand a machine its own keys (AWS, Azure, GCP; AWS by IPv6; Alibaba): no setting opens these
NEVER: tuple[Network, ...] = (
    IPv4Network("169.254.0.0/16"),
    IPv6Network("fe80::/10"),
    IPv6Network("fd00:ec2::254/128"),
    IPv4Network("100.100.100.200/32"),
)


class AddressRefused(ValueError):
    """The name leads to an address that must not be called, or nowhere."""


class AddressUnknown(AddressRefused):
    """The name leads nowhere, as far as can be seen now."""


def is_public(text: str) -> bool:
    """Whether an IP address belongs to the open internet: not this machine, its network, or anything reserved."""
    address = _address(text)
    if isinstance(address, IPv6Address) and (
        address not in PUBLIC_V6 or any(address in carrier for carrier in CARRIERS_V6)
    ):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def is_within(text: str, networks: Sequence[Network]) -> bool:
    """Whether an IP address lies in one of these networks, and in none that nothing opens."""
    address = _address(text)
    return any(address in network for network in networks) and not any(address in network for network in NEVER)


def _address(text: str) -> Address:
    address = ip_address(text.partition("%")[0])
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


def literal_of(host: str) -> str | None:
    """The IP address that a host part spells out; None for a name."""
    try:
        return str(ip_address(host))
    except ValueError:
        return None


async def checked_address(
    host: str, port: int, *, allow_private: bool = False, networks: Sequence[Network] = ()
) -> str:
    """The IP address to connect to. Every address of the name must be public: a mixed answer is an attack.

    `networks` of an operator's choice count as public; `allow_private` opens everything, for tests and demos. Connect
    to what this returns, not to the name: a second look-up may say something else. Raises AddressRefused.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise AddressUnknown("the host name can't be resolved") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses:
        raise AddressUnknown("the host name can't be resolved")
    if not allow_private and not all(is_public(address) or is_within(address, networks) for address in addresses):
        raise AddressRefused("the host name leads to an address that must not be called")
    return addresses[0]
