"""The addresses of a server, as people and browsers need them."""

import socket
from typing import Final

ALL_INTERFACES: Final = "0.0.0.0"
ALL_WITH_IPV6: Final = "::"
# Reserved for documentation (RFC 5737), so no machine has it.
UNREACHABLE: Final = "192.0.2.1"


def addresses(port: int, address: str, path: str = "") -> list[str]:
    """A line for each address of the page.

    address: of the interface that it listens on. path: of the page, such as "digits".
    """
    end = f":{port}/{path}" if path else f":{port}"
    if address not in (ALL_INTERFACES, ALL_WITH_IPV6):
        return [f"Page: http://{in_url(address)}{end}"]
    hosts = {"On this computer:": "localhost"}
    if network := network_address():
        hosts["On a phone in the same network:"] = network
    width = max(map(len, hosts))
    return [f"{title:{width}} http://{host}{end}" for title, host in hosts.items()]


def in_url(address: str) -> str:
    """An address as it is written in a URL, where those of IPv6 stand in brackets."""
    return f"[{address}]" if ":" in address else address


def network_address() -> str | None:
    """This computer's own address in its network; None without a network.

    Connecting a datagram socket chooses a route and sends nothing, so no machine is asked.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((UNREACHABLE, 1))
        except OSError:
            return None
        return str(probe.getsockname()[0])
