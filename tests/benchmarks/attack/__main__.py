"""Attacks on the served page and service, one at a time: `make attack`, about four minutes.

A visitor draws a stroke a second and a program sends a small picture twice a second, before, during
and after each attack. All attackers have one address, and these two another. The server has the
settings of deploy/digits.service, whose 512 MB are watched as the resident memory of its
processes, as a memory cgroup needs root. Writes models/attack.json and exits with 1 where the
server died, or took more.
"""

import argparse
import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import requests
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.benchmarks.serving import machine
from tests.support.attacks import (
    FLOOD_MESSAGES,
    empty_lists,
    frame,
    rerun,
    scribble,
    upright_strokes,
)
from tests.support.browser import serving
from tests.support.hostile_pictures import jpeg_with_many_scans
from tests.support.paths import ROOT
from tests.support.service import coded
from tests.support.visitors import by_protocol, connected

MAX_MEGABYTES: Final = 512.0
ATTACKER: Final = {"X-Forwarded-For": "203.0.113.9"}
SETTINGS: Final = {
    "DIGITS_PROXIES": "1",
    "DIGITS_RATE": "0",
    "DIGITS_READS": "1",
    "DIGITS_WAITING": "7",
    "DIGITS_PIXELS": "13000000",
    "OPENCV_IO_MAX_IMAGE_PIXELS": "13000000",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
}

Attack = Callable[[str], Awaitable[None]]


async def flood(address: str) -> None:
    """Empty messages, as many as the line takes."""
    async with connected(address, headers=ATTACKER) as connection:
        connection.transport.write(frame(rerun(widgets=0)) * (FLOOD_MESSAGES // 10))
        while True:
            await connection.recv()


async def pings(address: str) -> None:
    """Pings, which no page is asked for."""
    async with connected(address, headers=ATTACKER) as connection:
        connection.transport.write(frame(b"", 9) * 40_000)
        while True:
            await connection.recv()


async def runs(address: str) -> None:
    """A page that runs again as often as it is allowed to."""
    async with connected(address, headers=ATTACKER) as connection:

        async def send() -> None:
            while True:
                await connection.send(rerun(widgets=0))
                await asyncio.sleep(0.11)

        sending = asyncio.create_task(send())
        try:
            while True:
                await connection.recv()
        finally:
            sending.cancel()


async def lists(address: str) -> None:
    """The largest message, full of empty lists."""
    async with connected(address, headers=ATTACKER) as connection:
        await connection.send(rerun(empty_lists(600_000)))
        while True:
            await connection.recv()


async def uploads(address: str) -> None:
    """A file of 19 MB whose last byte never comes."""
    async with connected(address, headers=ATTACKER) as connection:
        await connection.send(rerun(widgets=0))
        session = ""
        while not session:
            message = ForwardMsg()
            message.ParseFromString(await connection.recv(decode=False))
            session = message.new_session.initialize.session_id
        host, _, port = address.removeprefix("http://").partition(":")
        _, writer = await asyncio.open_connection(host, int(port))
        head = (
            f"PUT /_stcore/upload_file/{session}/{time.monotonic_ns()} HTTP/1.1\r\nHost: {host}\r\n"
            f"X-Forwarded-For: {ATTACKER['X-Forwarded-For']}\r\nContent-Length: 19000000\r\n"
            "Content-Type: multipart/form-data; boundary=x\r\n\r\n"
            '--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n'
        )
        try:
            writer.write(head.encode() + bytes(18_000_000))
            await writer.drain()
            await asyncio.sleep(3_600)
        finally:
            writer.close()


async def strokes(address: str) -> None:
    """500 upright strokes in 10 kB."""
    await _post(address, _ink(upright_strokes()), "application/json")


async def scribbles(address: str) -> None:
    """A scribble of 16 kB in which all strokes cross."""
    await _post(address, _ink(scribble()), "application/json")


async def scans(address: str) -> None:
    """A small JPEG of many scans, which takes minutes to decode."""
    await _post(address, _many_scans(), "image/jpeg")


_many_scans: Final = cache(jpeg_with_many_scans)

# Each with how many attackers do it at the same time.
ATTACKS: Final[dict[str, tuple[Attack, int]]] = {
    "flood of messages": (flood, 4),
    "flood of pings": (pings, 4),
    "pages that run all the time": (runs, 40),
    "messages full of lists": (lists, 8),
    "uploads that stall": (uploads, 20),
    "upright strokes": (strokes, 8),
    "scribbles": (scribbles, 8),
    "JPEGs of many scans": (scans, 8),
}


async def _post(address: str, body: bytes, media_type: str) -> None:
    headers = {**ATTACKER, "Content-Type": media_type}
    url = f"{address}/api/read"
    await asyncio.to_thread(requests.post, url, body, headers=headers, timeout=60)


def _ink(drawing: list[Any]) -> bytes:
    return json.dumps({"strokes": [stroke.tolist() for stroke in drawing]}).encode()


def main(arguments: list[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.attack", description=__doc__)
    parser.add_argument("--seconds", type=float, default=8, help="of each attack")
    parser.add_argument("--calm", type=float, default=5, help="seconds before and after each")
    parser.add_argument("--rest", type=float, default=60, help="seconds after the last, for memory")
    parser.add_argument("--output", type=Path, default=ROOT / "models" / "attack.json")
    command = parser.parse_args(arguments)
    os.environ |= SETTINGS
    loads = [os.getloadavg()[0]]
    with serving(script="server.py") as address:
        results = asyncio.run(_all(address, command))
    loads.append(os.getloadavg()[0])
    results = {"machine": machine(), "load before and after": loads, **results}
    print(json.dumps(results, indent=2))
    command.output.write_text(json.dumps(results, indent=2) + "\n")
    print(f"wrote {command.output}")
    is_held = all(one["alive"] for one in results["attacks"].values())
    return 0 if is_held and results["peak MB"] < MAX_MEGABYTES else 1


async def _all(address: str, command: argparse.Namespace) -> dict[str, Any]:
    """All attacks, and the memory before the first and a rest after the last."""
    port = address.rpartition(":")[2]
    await _watched(address, 3)
    before = megabytes(port)
    _many_scans()  # made before anything is measured
    attacks = {}
    for name, attack in ATTACKS.items():
        attacks[name] = await _one(address, attack, command)
        print(name, json.dumps(attacks[name]), flush=True)
    await asyncio.sleep(command.rest)
    after = megabytes(port)
    return {
        "attacks": attacks,
        "seconds of each": command.seconds,
        "MB before": before,
        "peak MB": max(one["peak MB"] for one in attacks.values()),
        "seconds of rest": command.rest,
        "MB after the rest": after,
        "MB more than before": round(after - before, 1),
    }


async def _one(
    address: str, attack: tuple[Attack, int], command: argparse.Namespace
) -> dict[str, Any]:
    """One attack: what the visitor and the program see before, during and after it."""
    port = address.rpartition(":")[2]
    peak = [0.0]

    async def watch() -> None:
        while True:
            peak[0] = max(peak[0], megabytes(port))
            await asyncio.sleep(0.1)

    result: dict[str, Any] = {"before": await _watched(address, command.calm)}
    watching = asyncio.create_task(watch())
    act, count = attack
    attackers = [asyncio.create_task(_again(act, address)) for _ in range(count)]
    await asyncio.sleep(1)
    result["during"] = await _watched(address, command.seconds)
    for attacker in attackers:
        attacker.cancel()
    await asyncio.gather(*attackers, return_exceptions=True)
    result["after"] = await _watched(address, command.calm)
    watching.cancel()
    return {**result, "peak MB": round(peak[0], 1), "alive": not result["after"]["errors"]}


async def _again(attack: Attack, address: str) -> None:
    """Attacks again and again, whatever the server does against it."""
    while True:
        with contextlib.suppress(Exception):
            await attack(address)
        await asyncio.sleep(0.1)


async def _watched(address: str, seconds: float) -> dict[str, Any]:
    """What a visitor and a program wait for, 95 times of 100, and how often they got no answer."""
    visitor, (waits, errors) = await asyncio.gather(
        by_protocol(address, 3, seconds), _program(address, seconds)
    )
    return {
        "stroke to reading, p95 s": _percentile(visitor.seconds),
        "small picture, p95 s": _percentile(waits),
        "errors": visitor.errors + visitor.wrong + errors,
    }


async def _program(address: str, seconds: float) -> tuple[list[float], list[str]]:
    """Sends a small picture twice a second; returns seconds and errors."""
    waits, errors, picture = [], [], coded(".png")
    end = time.monotonic() + seconds
    while (started := time.monotonic()) < end:
        headers = {"Content-Type": "image/png"}
        url = f"{address}/api/read"
        try:
            answer = await asyncio.to_thread(
                requests.post, url, picture, headers=headers, timeout=30
            )
        except requests.RequestException as error:
            errors.append(repr(error)[:200])
        else:
            waits.append(time.monotonic() - started)
            if answer.status_code != 200:
                errors.append(answer.text[:200])
        await asyncio.sleep(max(started + 0.5 - time.monotonic(), 0))
    return waits, errors


def megabytes(port: str) -> float:
    """The resident memory of the server on this port, and of its decoders."""
    total = 0.0
    processes = {int(one.name): one for one in Path("/proc").iterdir() if one.name.isdigit()}
    parents = {number: _parent(folder) for number, folder in processes.items()}
    for number, folder in processes.items():
        with contextlib.suppress(OSError, IndexError):
            commands = [
                _command(processes[one]) for one in (number, parents[number]) if one in processes
            ]
            if any(f"--server.port={port}" in command for command in commands):
                pages = int((folder / "statm").read_text().split()[1])
                total += pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return round(total, 1)


def _command(folder: Path) -> str:
    return (folder / "cmdline").read_text()


def _parent(folder: Path) -> int:
    try:
        return int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _percentile(seconds: list[float]) -> float | None:
    return round(float(np.percentile(seconds, 95)), 3) if seconds else None


if __name__ == "__main__":
    sys.exit(main())
