"""Attacks on the served page and service, one at a time: `make attack`, about eleven minutes.

A visitor draws a stroke every second and a program sends a small picture twice a second, before,
during and after each attack. They share one address; the attackers have another, or two where an
attack says so. The server has the settings of deploy/digits.service and its 512 MB. A memory cgroup
sets that limit if one can be made, otherwise a limit on each process's data; its resident memory is
watched as well. Writes models/attack.json, and exits with 1 if the server died or used more memory,
or if the visitor or the program waited longer than MAX_SECONDS, or got an error or a refusal.
"""

import argparse
import asyncio
import contextlib
import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from app.corrections import VARIABLE as CORRECTIONS
from tests.benchmarks.attack.attacks import ATTACKS, PICTURES, Attack
from tests.benchmarks.attack.bystanders import watched
from tests.benchmarks.attack.memory import limited, resident_megabytes
from tests.benchmarks.figures import write
from tests.benchmarks.serving import machine
from tests.support.paths import ROOT
from tests.support.server import running

MAX_MEGABYTES: Final = 512.0
MAX_SECONDS: Final = {"stroke to reading, p95 s": 0.5, "small picture, p95 s": 1.0}
MAX_MORE_MEGABYTES: Final = 40.0  # of growth from before the first attack to after the rest
SETTINGS: Final = {
    "DIGITS_PROXIES": "1",
    "DIGITS_RATE": "0",
    "DIGITS_READS": "1",
    "DIGITS_WAITING": "7",
    "DIGITS_PIXELS": "13000000",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
}


def main(arguments: list[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.attack", description=__doc__)
    parser.add_argument("--seconds", type=float, default=8, help="of each attack")
    parser.add_argument(
        "--undisturbed", type=float, default=5, help="seconds measured before and after each"
    )
    parser.add_argument("--rest", type=float, default=60, help="seconds after the last, for memory")
    parser.add_argument("--only", nargs="+", choices=ATTACKS, help="attacks; nothing is written")
    parser.add_argument("--output", type=Path, default=ROOT / "models" / "attack.json")
    command = parser.parse_args(arguments)
    loads = [os.getloadavg()[0]]
    server = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app" / "server.py")]
    with (
        TemporaryDirectory() as folder,
        limited(server, int(MAX_MEGABYTES * 1e6)) as (limited_server, limit),
        running(limited_server, ROOT, {**SETTINGS, CORRECTIONS: f"{folder}/kept.sqlite"}) as port,
    ):
        results = asyncio.run(_all(f"http://127.0.0.1:{port}", command))
    loads.append(os.getloadavg()[0])
    head = {"machine": machine(), "load before and after": loads, "memory limit by": limit}
    results = {**head, **results}
    print(json.dumps(results, indent=2))
    if not command.only:
        write(command.output, results)
    for failure in failures(results):
        print(f"attack: {failure}", file=sys.stderr)
    return int(bool(failures(results)))


def failures(results: dict[str, Any]) -> list[str]:
    """A line for each limit that was exceeded: what others noticed, or what the server used."""
    lines = []
    for name, result in results["attacks"].items():
        if not result["alive"]:
            lines.append(f"{name}: expected answers afterwards, got {result['after']['errors'][0]}")
        if errors := result["during"]["errors"]:
            lines.append(f"{name}: expected answers for others, got {len(errors)}: {errors[0]}")
        for what, bound in MAX_SECONDS.items():
            seconds = result["during"][what]
            if seconds is None or seconds > bound:
                lines.append(f"{name}: {what}: expected at most {bound}, got {seconds}")
    for what, bound in {
        "peak MB": MAX_MEGABYTES,
        "MB more than before": MAX_MORE_MEGABYTES,
    }.items():
        if results[what] > bound:
            lines.append(f"{what}: expected at most {bound}, got {results[what]}")
    return lines


async def _all(address: str, command: argparse.Namespace) -> dict[str, Any]:
    """Runs all attacks; measures memory before the first, and after a rest behind the last."""
    port = address.rpartition(":")[2]
    for make in PICTURES.values():  # before anything is measured
        make()
    await watched(address, 3)
    before = resident_megabytes(port)
    attacks = {}
    for name in command.only or ATTACKS:
        attacks[name] = await _attacked(address, ATTACKS[name], command)
        print(name, json.dumps(attacks[name]), flush=True)
    await asyncio.sleep(command.rest)
    after = resident_megabytes(port)
    return {
        "attacks": attacks,
        "seconds of each": command.seconds,
        "MB before": before,
        "peak MB": max(result["peak MB"] for result in attacks.values()),
        "seconds of rest": command.rest,
        "MB after the rest": after,
        "MB more than before": round(after - before, 1),
    }


async def _attacked(address: str, attack: Attack, command: argparse.Namespace) -> dict[str, Any]:
    """Runs one attack: what the visitor and the program see before, during and after it."""
    port = address.rpartition(":")[2]
    peak = [0.0]

    async def watch_memory() -> None:
        while True:
            peak[0] = max(peak[0], await asyncio.to_thread(resident_megabytes, port))
            await asyncio.sleep(0.1)

    result: dict[str, Any] = {"before": await watched(address, command.undisturbed)}
    watching = asyncio.create_task(watch_memory())
    attackers = [
        asyncio.create_task(_again(attack, address, f"203.0.113.{9 + number % attack.clients}"))
        for number in range(attack.attackers)
    ]
    await asyncio.sleep(1)
    result["during"] = await watched(address, command.seconds)
    for attacker in attackers:
        attacker.cancel()
    await asyncio.gather(*attackers, return_exceptions=True)
    result["after"] = await watched(address, command.undisturbed)
    watching.cancel()
    return {**result, "peak MB": round(peak[0], 1), "alive": not result["after"]["errors"]}


async def _again(attack: Attack, address: str, client: str) -> None:
    """Repeats the attack, whatever the server does against it."""
    while True:
        with contextlib.suppress(Exception):
            await attack.act(address, {"X-Forwarded-For": client})
        await asyncio.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main())
