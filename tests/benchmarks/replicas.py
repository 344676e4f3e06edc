"""Two servers behind nginx, one of them killed under load: `python -m tests.benchmarks.replicas`.

Visitors, each from its own address, draw a stroke every second, and programs at the same addresses
ask twice a second; deploy/nginx.conf assigns each address to one server. Halfway through, one
server is killed. Its visitors connect again, as their browsers do, and give the other server the
drawing that they have kept; all others must notice nothing. Takes 40 s, adds to models/load.json,
and exits with 1 if another visitor or program was disturbed, or a drawing did not come back.
"""

import argparse
import asyncio
import http.client
import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from websockets.exceptions import WebSocketException

from app.page.canvas import fabric_objects
from tests.benchmarks.figures import write_part
from tests.benchmarks.serving import machine
from tests.support import proxies
from tests.support.drawings import placed
from tests.support.paths import ROOT
from tests.support.server import running
from tests.support.visitors import STROKE_SECONDS, PageClient, connected, first_page, number_of

SETTINGS: Final = {"DIGITS_PROXIES": "1", "DIGITS_RATE": "0", "OMP_NUM_THREADS": "1"}
PEN: Final = 28  # canvas pixels
RETRY_SECONDS: Final = 0.5  # after which a browser tries again; later it waits longer
ASK_SECONDS: Final = 0.5  # between a program's requests
ONE: Final = json.dumps({"strokes": [[[50, 10], [49, 40], [48, 90]]]}).encode()


@dataclass
class Client:
    """A visitor and a program at one address, and what they saw."""

    address: str
    number: str
    num_lost: int = 0  # connections
    seconds_away: list[float] = field(default_factory=list)  # until the drawing was back
    num_requests: int = 0
    errors: list[str] = field(default_factory=list)  # of the program
    wrong: list[str] = field(default_factory=list)  # readings


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.replicas", description=__doc__
    )
    parser.add_argument("--visitors", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--output", type=Path, default=ROOT / "models" / "load.json")
    command = parser.parse_args(arguments)
    program = proxies.find(proxies.NGINX)
    if program is None:
        print("replicas: needs nginx: tests/tools/nginx.sh fetches it", file=sys.stderr)
        return 1
    with TemporaryDirectory() as folder, two_servers(program, Path(folder)) as (proxy, ports):
        figures = asyncio.run(scene(proxy, ports, command.visitors, command.seconds))
    print(json.dumps(figures, indent=2))
    write_part(command.output, "replicas", {"machine": machine(), **figures})
    return 0 if figures["undisturbed"] else 1


@contextmanager
def two_servers(program: str, folder: Path) -> Iterator[tuple[proxies.Proxy, list[int]]]:
    """nginx in front of two servers, and their ports."""
    server = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app" / "server.py")]
    with ExitStack() as stack:
        ports = [stack.enter_context(running(server, ROOT, SETTINGS)) for _ in range(2)]
        yield stack.enter_context(proxies.nginx(program, folder, ports)), ports


async def scene(
    proxy: proxies.Proxy, ports: Sequence[int], num_visitors: int, seconds: float
) -> dict[str, Any]:
    """Runs visitors and programs, and kills one server halfway. Returns what they saw."""
    for port in ports:  # a server's first page is slower, because it imports everything
        await first_page(f"http://127.0.0.1:{port}")
    clients = [Client(f"127.0.1.{n + 1}", number_of(n)) for n in range(num_visitors)]
    end = time.monotonic() + seconds
    acts = [act(proxy.address, client, end) for client in clients for act in (visit, ask)]
    acting = asyncio.gather(*acts)
    await asyncio.sleep(seconds / 2)
    servers = proxy.servers()
    killed = servers[clients[0].address]
    os.kill(process_at(killed), signal.SIGKILL)
    await acting
    affected = [client for client in clients if servers[client.address] == killed]
    others = [client for client in clients if servers[client.address] != killed]
    figures = {
        "visitors": num_visitors,
        "visitors of the killed server": len(affected),
        "connections that these lost": sum(client.num_lost for client in affected),
        "restored drawings": sum(len(client.seconds_away) for client in affected),
        "longest without, s": round(
            max(max(client.seconds_away, default=0) for client in affected), 2
        ),
        "connections that others lost": sum(client.num_lost for client in others),
        "requests": sum(client.num_requests for client in clients),
        "failed, of the killed server's clients": sum(len(client.errors) for client in affected),
        "failed, of others": [error for client in others for error in client.errors],
        "wrong": [text for client in clients for text in client.wrong],
    }
    returned = all(client.seconds_away for client in affected)
    disturbed = figures["connections that others lost"], figures["failed, of others"]
    return {**figures, "undisturbed": returned and not any(disturbed) and not figures["wrong"]}


async def visit(address: str, client: Client, end: float) -> None:
    """Draws until the end; after a lost connection, opens another with the kept drawing."""
    strokes = [
        stroke
        for index, digit in enumerate(client.number)
        for stroke in placed(int(digit), 200 + 210 * index, 140, 300)
    ]
    drawn, lost_at = 0, 0.0
    while time.monotonic() < end:
        try:
            async with connected(address, client=client.address) as socket:
                page = PageClient(socket)
                await page.open()
                if lost_at:
                    kept = fabric_objects(strokes[:drawn], PEN)
                    expect(client, drawn, await page.restore(kept) if kept else "")
                    client.seconds_away.append(time.monotonic() - lost_at)
                    lost_at = 0.0
                while time.monotonic() < end:
                    drawn = (drawn + 1) % (len(strokes) + 1)
                    text = await page.draw(fabric_objects(strokes[:drawn], PEN))
                    expect(client, drawn, text)
                    await asyncio.sleep(STROKE_SECONDS)
        except (WebSocketException, OSError):
            client.num_lost += not lost_at
            lost_at = lost_at or time.monotonic()
            await asyncio.sleep(RETRY_SECONDS)


def expect(client: Client, drawn: int, text: str) -> None:
    """Records a reading of something other than what this visitor drew."""
    if text != client.number[:drawn]:
        client.wrong.append(f"drew {client.number[:drawn]!r}, saw {text!r}")


async def ask(address: str, client: Client, end: float) -> None:
    """Asks for readings of a 1 until the end."""
    while time.monotonic() < end:
        client.num_requests += 1
        try:
            status = await asyncio.to_thread(post, address, client.address)
        except (OSError, http.client.HTTPException) as error:
            client.errors.append(repr(error))
        else:
            if status != 200:
                client.errors.append(f"status {status}")
        await asyncio.sleep(ASK_SECONDS)


def post(address: str, client: str) -> int:
    """The status of a request for a reading from this client address."""
    host, _, port = address.removeprefix("http://").partition(":")
    connection = http.client.HTTPConnection(host, int(port), 30, (client, 0))
    with closing(connection):
        connection.request("POST", "/api/read", ONE, {"Content-Type": "application/json"})
        return connection.getresponse().status


def process_at(port: int) -> int:
    """The process of the server on a port."""
    option = f"--server.port={port}"
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if option in (folder / "cmdline").read_text().split("\0"):
                return int(folder.name)
        except OSError:  # it has ended
            continue
    raise LookupError(f"expected a server on port {port}, got none")


if __name__ == "__main__":
    sys.exit(main())
