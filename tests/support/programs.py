"""Programs that ask the service for readings of strokes, for the benchmarks and the load test."""

import asyncio
import json
import time
from collections.abc import Iterator
from itertools import count, takewhile

from tests.support.drawings import placed
from tests.support.visitors import Observations

CONNECTIONS = 16


async def ask(address: str, seconds: float, rate: float | None = None) -> Observations:
    """Asks for the ten digits in turn on CONNECTIONS connections, for some seconds.

    rate: questions a second, each at its time: a late answer does not keep the next one back, and
    its seconds count from then. None asks again as soon as there is an answer.
    """
    seen, host, port = Observations(), *address.removeprefix("http://").split(":")
    questions = [_question(host, digit) for digit in range(10)]
    start = time.perf_counter()
    due = _due(start, seconds, rate)

    async def connection() -> None:
        reader, writer = await asyncio.open_connection(host, int(port))
        for number, at in due:  # shared by all connections
            if rate:
                await asyncio.sleep(max(at - time.perf_counter(), 0))
            writer.write(questions[number % 10])
            said = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            answer = await reader.readexactly(int(said.split("content-length: ")[1].split()[0]))
            seen.seconds.append(time.perf_counter() - at)
            if " 200 " not in said.splitlines()[0]:
                seen.errors.append(answer.decode())
            elif (text := json.loads(answer)["text"]) != str(number % 10):
                seen.wrong.append(f"sent {number % 10}, read {text}")
        writer.close()

    ended = await asyncio.gather(
        *(connection() for _ in range(CONNECTIONS)), return_exceptions=True
    )
    seen.errors += [repr(error) for error in ended if error]
    return seen


def _question(host: str, digit: int) -> bytes:
    strokes = [one.tolist() for one in placed(digit, 20, 20, 160)]
    body = json.dumps({"strokes": strokes}).encode()
    head = f"POST /api/read HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _due(start: float, seconds: float, rate: float | None) -> Iterator[tuple[int, float]]:
    """Questions by number, each with the time at which it is due."""
    if rate:
        return ((number, start + number / rate) for number in range(int(rate * seconds)))
    now = ((number, time.perf_counter()) for number in count())
    return takewhile(lambda one: one[1] < start + seconds, now)
