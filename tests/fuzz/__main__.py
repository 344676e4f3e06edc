"""Sends broken input to recogniser, service and page: `python -m tests.fuzz`, `make fuzz`.

Each case must end in a Reading or in an error that says why, within limits of time and memory.
Cases run in separate processes, so that a case that kills its process or hangs is a failure too.
Failures are written to test-results/fuzz.jsonl; --replay runs those again. The exit status is 1 if
there are any. 20,000 cases take about 10 minutes on two cores. --figures writes the counts and the
slowest and largest case to a file, as `make fuzz` does to models/fuzz.json.
"""

import argparse
import asyncio
import importlib
import json
import logging
import os
import selectors
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final
from urllib.parse import unquote

from tests.support.paths import ROOT
from train.files import write_atomically

HUNG_SECONDS: Final = 60.0  # without output from the process that runs the cases
SETTINGS: Final = {
    "OPENCV_LOG_LEVEL": "OFF"
}  # otherwise OpenCV writes a line for each broken picture
READING: Final = {"text", "confidence", "numbers", "digits", "turned", "notes", "model_run"}
PAGE_DOORS: Final = ("canvas", "messages", "socket")  # see `tests.fuzz.page_doors`
REFUSALS: Final = (400, 404, 405, 413, 415, 422)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=4.0, help="of the processor, a case")
    parser.add_argument("--megabytes", type=float, default=400.0, help="a case, at its peak")
    parser.add_argument("--output", type=Path, default=ROOT / "test-results" / "fuzz.jsonl")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--figures", type=Path, help="file for counts and extremes")
    parser.add_argument("--replay", type=Path, help="failures of an earlier run")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    command = parser.parse_args(arguments)
    if command.child:
        return run_cases(command.seed, map(int, sys.stdin))
    if command.replay:
        old = [json.loads(line) for line in command.replay.read_text().splitlines()]
        wanted = [(failure["seed"], failure["number"]) for failure in old]
    else:
        wanted = [(command.seed, command.first + number) for number in range(command.cases)]
    failures, makers, last = [], Counter[str](), 0.0
    outcomes, slowest, largest = Counter[str](), 0.0, 0.0
    for done, result in enumerate(together(wanted, command.workers), 1):
        makers[f"{result.get('maker')}: {result.get('outcome')}"] += 1
        outcomes[result["outcome"].partition(":")[0]] += 1
        slowest, largest = max(slowest, result["seconds"]), max(largest, result["megabytes"])
        if why := wrong(result, command.seconds, command.megabytes):
            failures.append({**result, "why": why})
            print(json.dumps(failures[-1]), flush=True)
        if time.monotonic() - last > 30:
            last = time.monotonic()
            print(f"{done} of {len(wanted)}, {len(failures)} failed", flush=True)
    command.output.parent.mkdir(parents=True, exist_ok=True)
    command.output.write_text("".join(json.dumps(failure) + "\n" for failure in failures))
    for name, count in sorted(makers.items()):
        print(f"{count:6}  {name}")
    print(f"{len(wanted)} cases, {len(failures)} failed; see {command.output}")
    if command.figures:
        figures = {
            "cases": len(wanted),
            **outcomes,
            "failed": len(failures),
            "slowest s": slowest,
            "largest MB": largest,
        }
        write_atomically(command.figures, json.dumps(figures, indent=2) + "\n")
    return 1 if failures else 0


def wrong(result: dict[str, Any], seconds: float, megabytes: float) -> str:
    """What is wrong with the result of a case; empty if nothing is."""
    if result["outcome"].startswith("bad"):
        return str(result["outcome"])
    if result["seconds"] > seconds:
        return f"took {result['seconds']} s"
    if result["megabytes"] > megabytes:
        return f"took {result['megabytes']} MB"
    return ""


def together(wanted: Sequence[tuple[int, int]], workers: int) -> Iterator[dict[str, Any]]:
    """The results of all cases as they arrive; each worker runs a share of them."""
    results: SimpleQueue[dict[str, Any] | None] = SimpleQueue()

    def work(share: Sequence[tuple[int, int]]) -> None:
        try:
            for result in supervised(share):
                results.put(result)
        finally:
            results.put(None)

    with ThreadPoolExecutor(workers) as pool:
        ended = [pool.submit(work, wanted[first::workers]) for first in range(workers)]
        for _ in ended:
            yield from iter(results.get, None)
    for future in ended:
        future.result()


def supervised(wanted: Sequence[tuple[int, int]]) -> Iterator[dict[str, Any]]:
    """The result of each case, including those that end their process."""
    left = list(wanted)
    while left:
        seed = left[0][0]
        share = [number for case_seed, number in left if case_seed == seed]
        command = [sys.executable, "-m", "tests.fuzz", "--child", f"--seed={seed}"]
        with (
            tempfile.TemporaryFile("w+") as numbers,
            tempfile.TemporaryFile("w+", errors="replace") as words,  # decoders' and last messages
            subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, **SETTINGS},
                stdin=numbers,
                stdout=subprocess.PIPE,
                stderr=words,
                bufsize=0,  # a line that waits in a buffer would count as silence
            ) as child,
        ):
            numbers.write("\n".join(map(str, share)))
            numbers.seek(0)
            ended = 0
            for line in _lines(child):
                yield {"seed": seed, "number": share[ended], **json.loads(line)}
                ended += 1
            child.kill()
            status = child.wait()
            words.seek(0)
            last = (words.read().splitlines() or [""])[-1]
        if ended < len(share):
            dead = {"outcome": f"bad: its process ended with {status}: {last}", "seconds": 0}
            yield {"seed": seed, "number": share[ended], "megabytes": 0, **dead}
        left = [case for case in left if case[0] != seed or case[1] in share[ended + 1 :]]


def _lines(child: "subprocess.Popen[bytes]") -> Iterator[bytes]:
    """The lines that a process writes, until it ends or hangs."""
    assert child.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while selector.select(HUNG_SECONDS):
            if not (line := child.stdout.readline()).endswith(b"\n"):
                return
            yield line


def run_cases(seed: int, numbers: Iterator[int]) -> int:
    """Runs cases and prints a line for each, in the processes that the command starts."""
    importlib.import_module("app")  # before ONNX Runtime, whose telemetry it turns off
    from tests.fuzz.cases import make

    logging.getLogger("digits").setLevel(logging.CRITICAL)
    warnings.simplefilter("ignore")
    # NumPy warns when a value that is not a number gets further than it should.
    warnings.filterwarnings("error", category=RuntimeWarning, module=r"app\.|numpy")
    doors = Doors()
    for number in numbers:
        case = make(seed, number)
        memory, started = _memory(fresh=True), time.process_time()
        try:
            outcome = doors.open(case)
        except Exception as error:  # any other exception is a defect
            outcome = f"bad: {type(error).__name__}: {error}"[:300]
        result = {
            "maker": case.maker,
            "outcome": outcome,
            "seconds": round(time.process_time() - started, 3),
            "megabytes": round(_memory() - memory, 1),
        }
        print(json.dumps(result), flush=True)
    return 0


class Doors:
    """All ways to give input, as in a server: one recogniser, one service, one page."""

    def __init__(self) -> None:
        from app.api import service
        from app.api.limits import Limits
        from app.recognizer import Recognizer
        from tests.fuzz.page_doors import PageDoors

        self._recognizer = Recognizer()
        self._page = PageDoors(self._recognizer)
        self._service = service.create(Limits(rate=0))
        self._loop = asyncio.new_event_loop()
        self._file = Path(tempfile.mkdtemp()) / "picture"
        self._loop.run_until_complete(self._ask("GET", "/readyz", [], b""))  # so that all is loaded

    def open(self, case: Any) -> str:
        """The outcome of a case: read, refused or bad."""
        from app.ink.files import picture_file
        from app.reading import UnreadableInput

        try:
            if case.door in PAGE_DOORS:
                return self._page.open(case.door, case.given)
            if case.door == "request":
                return self._loop.run_until_complete(self._ask(*case.given))
            if case.door == "ink":
                reading = self._recognizer.read_ink(case.given, case.single)
            elif case.door == "image":
                reading = self._recognizer.read_image(case.given, case.single)
            else:
                self._file.write_bytes(case.given)
                reading = self._recognizer.read_image(picture_file.load(self._file), case.single)
        except UnreadableInput as error:
            return "refused" if "expected" in str(error) else f"bad: says {error}"
        return "read" if len(reading.text) >= len(reading.digits) else "bad: a short text"

    async def _ask(self, method: str, path: str, headers: Any, body: bytes) -> str:
        """The outcome of one request to the service, sent as uvicorn does."""
        path, _, query = path.partition("?")
        named = [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers]
        scope = {
            **{"type": "http", "method": method, "path": unquote(path), "query_string": b""},
            **{"headers": named, "client": ("127.0.0.1", 1), "http_version": "1.1"},
            **{"scheme": "http", "server": ("127.0.0.1", 80), "query_string": query.encode()},
        }
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body}

        async def send(message: Any) -> None:
            sent.append(message)

        await self._service(scope, receive, send)
        status, content = sent[0]["status"], sent[1]["body"]
        if status == 200 and content.startswith(b"<!doctype html>"):  # GET /api, for people
            return "read" if method in ("GET", "HEAD") else f"bad: {method} is shown a page"
        answer = json.loads(content)
        if status == 200:
            is_known = method != "POST" or set(answer) == READING
            return "read" if is_known else f"bad: says {answer}"
        if status in REFUSALS and answer["error"]["message"].endswith("."):  # a sentence
            return "refused"
        return f"bad: {status} {answer}"[:300]


def _memory(fresh: bool = False) -> float:
    """The peak memory of this process in megabytes since the last fresh count."""
    if fresh:
        Path("/proc/self/clear_refs").write_text("5")
    lines = Path("/proc/self/status").read_text().splitlines()
    (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(peak) / 1024


if __name__ == "__main__":
    sys.exit(main())
