"""How long to wait after how many tries, and which addresses count as one network."""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network


@dataclass(frozen=True)
class Limit:
    """`free` tries in a window cost nothing; each further one waits twice as long, up to `most`.

    A `hard` limit makes everything beyond the free tries wait for the end of the window.
    """

    free: int
    window: float = 3600
    first: float = 1
    most: float = 900
    hard: bool = False


def delay(limit: Limit, count: int) -> float:
    """Return the seconds between the last of `count` tries and the next one."""
    beyond = count - limit.free
    if beyond < 0:
        return 0
    return limit.window if limit.hard else min(limit.most, limit.first * 2.0 ** min(beyond, 30))


def network(address: str) -> str:
    """Return the /24 or /64 that an address belongs to; what is no address is one network."""
    try:
        found = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ip_network(f"{found}/{24 if found.version == 4 else 64}", strict=False))
