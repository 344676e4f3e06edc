"""Finds free ports for servers that tests start."""

import random
import socket
from typing import Final

# Systems take the ports of outgoing connections, and those for port 0, from higher ones, so that
# none of these is taken between being chosen and being listened on.
PORTS: Final = range(10_000, 30_000)


def free_port() -> int:
    """A port of 127.0.0.1 on which nothing listens."""
    while True:
        port = random.SystemRandom().choice(PORTS)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
