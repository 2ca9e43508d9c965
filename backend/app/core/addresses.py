"""Which addresses this service may call on behalf of others: public ones. Everything inside stays out of reach."""

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

# native unicast addresses of the internet, without those that carry an IPv4 address inside (6to4, Teredo)
PUBLIC_V6 = IPv6Network("2000::/3")
CARRIERS_V6 = (IPv6Network("2002::/16"), IPv6Network("2001::/23"))


class AddressRefused(ValueError):
    """The name leads to an address that must not be called, or nowhere."""


def is_public(text: str) -> bool:
    """Whether an IP address belongs to the open internet: not this machine, its network, or anything reserved."""
    address: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(str(address.ipv4_mapped))
        if address not in PUBLIC_V6 or any(address in carrier for carrier in CARRIERS_V6):
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def literal_of(host: str) -> str | None:
    """The IP address that a host part spells out; None for a name."""
    try:
        return str(ip_address(host))
    except ValueError:
        return None


async def checked_address(host: str, port: int, *, allow_private: bool) -> str:
    """The IP address to connect to. Every address of the name must be public: a mixed answer is an attack.

    Connect to what this returns, not to the name: a second look-up may say something else. Raises AddressRefused.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise AddressRefused("the host name can't be resolved") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses:
        raise AddressRefused("the host name can't be resolved")
    if not allow_private and not all(is_public(address) for address in addresses):
        raise AddressRefused("the host name leads to an address that must not be called")
    return addresses[0]
