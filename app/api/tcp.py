"""TCP without delay, so that answers do not leave 40 ms late.

asyncio switches Nagle's algorithm off for sockets whose protocol is TCP. Streamlit makes its
listening socket without naming the protocol. The second part of every answer, its body, would then
wait until the client acknowledges the first, which clients delay by 40 ms. Uvicorn has the same
fault where it binds the socket itself, https://github.com/Kludex/uvicorn/issues/3149; once
Streamlit names the protocol, `tests/app/test_patches.py` says that this module can go.
"""

import asyncio
import socket
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol


def disable_nagle() -> None:
    """Makes uvicorn set TCP_NODELAY on every further connection, WebSockets included."""
    protocol: Any = AutoHTTPProtocol
    original = protocol.connection_made

    def connection_made(self: Any, transport: asyncio.Transport) -> None:
        connection = transport.get_extra_info("socket")
        if connection is not None and connection.family in (socket.AF_INET, socket.AF_INET6):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        original(self, transport)

    protocol.connection_made = connection_made
