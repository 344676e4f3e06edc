"""Which client a request comes from."""

import ipaddress
from functools import lru_cache
from typing import Final

NETWORK: Final = 64  # bits of an IPv6 address that are one household's


@lru_cache(1_000)  # to take an address apart costs a twentieth of a reading
def client_key(peer: str, forwarded: str, proxies: int) -> str:
    """Who asks: the address that the outermost trusted proxy saw, an IPv6 one as its /64.

    peer: the address of the connection. forwarded: X-Forwarded-For, to which each proxy appended
    whom it saw; what stands further left came from the client and may be invented.
    """
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    seen = hops[-min(proxies, len(hops))] if proxies and hops else peer
    try:
        address = ipaddress.ip_address(seen.strip("[]"))
    except ValueError:
        return peer
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address.packed, NETWORK), strict=False))
