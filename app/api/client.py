"""Which client a request comes from."""

import ipaddress
from functools import lru_cache
from typing import Final

from starlette.requests import HTTPConnection

MAX_ADDRESS: Final = 64  # characters of the header that are parsed for each proxy
# Headers which show that a proxy forwards the request of another machine.
FORWARDING: Final = ("x-forwarded-for", "forwarded", "x-real-ip", "via")
NETWORK_BITS: Final = 64  # of an IPv6 address; one household has all addresses of such a network
LOOPBACK_NETWORK: Final = "::/64"  # that of ::1; no other machine has an address in it


def client_of(request: HTTPConnection, proxies: int) -> str:
    """The client of a request, see `client_key`; without proxies, the header is ignored."""
    peer = request.client.host if request.client else ""
    if not proxies:
        return client_key(peer, "", 0)
    forwarded = ",".join(request.headers.getlist("x-forwarded-for"))
    return client_key(peer, forwarded[-MAX_ADDRESS * proxies :], proxies)


def is_this_machine(request: HTTPConnection, client: str, proxies: int) -> bool:
    """Whether a program on this machine sent the request for itself. client: see `client_of`.

    False if a proxy is configured or names itself in a header: it forwards strangers' requests.
    """
    if proxies or not _is_loopback(client):
        return False
    return not any(name in request.headers for name in FORWARDING)


def _is_loopback(client: str) -> bool:
    return client.startswith("127.") or client == LOOPBACK_NETWORK


@lru_cache(1_000)  # parsing an address takes a twentieth of the time of a reading
def client_key(peer: str, forwarded: str, proxies: int) -> str:
    """The address that the outermost trusted proxy saw; of an IPv6 address its /64 network.

    peer: the address of the connection. forwarded: X-Forwarded-For, to which each proxy appends
    the address it saw; addresses further left were sent by the client and may be false. proxies:
    the number of trusted proxies.
    """
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    client = hops[-min(proxies, len(hops))] if proxies and hops else peer
    try:
        address = ipaddress.ip_address(_without_port(client))
    except ValueError:
        return peer
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address.packed, NETWORK_BITS), strict=False))


def _without_port(hop: str) -> str:
    """The address of a hop, to which some proxies add the port of the client's connection."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop
