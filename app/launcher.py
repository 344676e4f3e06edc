"""Starts the page and the HTTP service: `digits serve`, `python -m app serve` or `make run`.

Checks the settings and the address, for which Streamlit itself would show a traceback, and prints
the addresses of the page. Then it does what `streamlit run app/server.py` does.
"""

import argparse
import os
import socket
import sys
from pathlib import Path
from typing import Final

from app.addresses import ALL_INTERFACES, addresses

SERVER: Final = Path(__file__).resolve().parent / "server.py"
DEFAULT_PORT: Final = 8501
MAX_PORT: Final = 65_535


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `serve`; the defaults are Streamlit's own variables."""
    # Container tools pass on a variable without a value as an empty one.
    address = os.environ.get("STREAMLIT_SERVER_ADDRESS") or ALL_INTERFACES
    parser.add_argument(
        "--port",
        type=_port,
        help=f"to listen on; default $STREAMLIT_SERVER_PORT, else {DEFAULT_PORT}",
    )
    parser.add_argument(
        "--address",
        default=address,
        help="of the network interface to listen on: 0.0.0.0 for all, 127.0.0.1 for this computer"
        " alone; default %(default)s",
    )


def serve(port: int | None, address: str) -> int:
    """Serves until it is interrupted. Returns the exit status.

    port: None for that of STREAMLIT_SERVER_PORT, or the usual one.
    """
    try:
        import click
        from streamlit.web import cli
    except ImportError:
        print(
            "serve: Streamlit is not installed. Install digits with the extra that serving needs:"
            " pip install '.[serve]' in a clone, elsewhere 'digits[serve] @ git+URL@COMMIT'.",
            file=sys.stderr,
        )
        return 1
    from app.settings import from_environment  # needs what serving needs

    try:
        from_environment(os.environ)
    except ValueError as error:
        print(f"serve: {error}", file=sys.stderr)
        return 2
    if port is None:  # only now, as the variable's value has been checked
        port = int(os.environ.get("STREAMLIT_SERVER_PORT", DEFAULT_PORT))
    if problem := _problem_with(port, address):
        print(f"serve: {problem}", file=sys.stderr)
        return 1
    path = os.environ.get("STREAMLIT_SERVER_BASE_URL_PATH", "").strip("/")
    for line in addresses(port, address, path):
        print(line, flush=True)
    options = [
        f"--server.port={port}",
        f"--server.address={address}",
        "--logger.hideWelcomeMessage=true",  # it would print an address again
    ]
    try:
        cli.main(["run", str(SERVER), *options], prog_name="streamlit", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:  # Ctrl-C, for which click would print "Aborted!"
        return 0
    return 0


def _problem_with(port: int, address: str) -> str:
    """The reason why this port of this interface cannot be used, in sentences; "" if it can."""
    if _is_taken(port):
        other = f"or choose another port: --port {port % MAX_PORT + 1}"
        return f"port {port} is in use. Stop the program that uses it, {other}"
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as Streamlit does
        try:
            probe.bind((address, port))
        except OSError as error:
            advice = f"Use {ALL_INTERFACES} for all of this machine's addresses, and a free port"
            return f"cannot listen on {address}, port {port}: {error.strerror}. {advice}."
    return ""


def _is_taken(port: int) -> bool:
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0


def _port(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 0 < int(text) <= MAX_PORT:
        raise argparse.ArgumentTypeError(f"expected a port from 1 to {MAX_PORT}, got {text!r}")
    return int(text)
