"""Starts the page and the HTTP service: `digits serve`, `python -m app serve` or `make run`.

Does what `streamlit run app/server.py` does, and before that checks the port and prints the
addresses at which the page can be opened.
"""

import argparse
import os
import socket
import sys
from pathlib import Path
from typing import Final

SERVER: Final = Path(__file__).resolve().parent / "server.py"
DEFAULT_PORT: Final = 8501
MAX_PORT: Final = 65_535
ALL_INTERFACES: Final = "0.0.0.0"
# Reserved for documentation (RFC 5737), so no machine has it.
UNREACHABLE: Final = "192.0.2.1"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `serve`; the defaults are Streamlit's own variables."""
    port = os.environ.get("STREAMLIT_SERVER_PORT", str(DEFAULT_PORT))
    address = os.environ.get("STREAMLIT_SERVER_ADDRESS", ALL_INTERFACES)
    parser.add_argument(
        "--port", type=_port, default=port, help="to listen on; default %(default)s"
    )
    parser.add_argument(
        "--address",
        default=address,
        help="of the network interface to listen on: 0.0.0.0 for all, 127.0.0.1 for this computer"
        " alone; default %(default)s",
    )


def serve(port: int, address: str) -> int:
    """Serves until it is interrupted. Returns the exit status."""
    try:
        from streamlit.web import cli
    except ImportError:
        print(
            "serve: Streamlit is not installed. Install the package with what serving needs:"
            " pip install '.[serve]'",
            file=sys.stderr,
        )
        return 1
    from app.settings import from_environment  # needs what serving needs

    try:
        from_environment(os.environ)
    except ValueError as error:
        print(f"serve: {error}", file=sys.stderr)
        return 2
    if _is_taken(port):
        print(
            f"serve: port {port} is in use. Stop the program that uses it,"
            f" or choose another port: --port {port + 1}",
            file=sys.stderr,
        )
        return 1
    for line in addresses(port, address):
        print(line, flush=True)
    options = [f"--server.port={port}", f"--server.address={address}"]
    cli.main(["run", str(SERVER), *options], prog_name="streamlit")
    return 0


def addresses(port: int, address: str) -> list[str]:
    """Where the page can be opened, a line each, for the interface that it listens on."""
    if address != ALL_INTERFACES:
        return [f"Page: http://{address}:{port}"]
    hosts = {"On this computer:": "localhost"}
    if network := network_address():
        hosts["On a phone in the same network:"] = network
    width = max(map(len, hosts))
    return [f"{where:{width}} http://{host}:{port}" for where, host in hosts.items()]


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


def _is_taken(port: int) -> bool:
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0


def _port(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 0 < int(text) <= MAX_PORT:
        raise argparse.ArgumentTypeError(f"expected a port from 1 to {MAX_PORT}, got {text!r}")
    return int(text)
