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
    """Asks for readings of the ten digits in turn, on CONNECTIONS connections.

    seconds: for which it asks. rate: requests a second, each at its time: a late answer does not
    delay the next request, whose seconds count from the time at which it was due. None asks again
    as soon as there is an answer.
    """
    seen, host, port = Observations(), *address.removeprefix("http://").split(":")
    requests = [_request(host, digit) for digit in range(10)]
    schedule = _schedule(time.perf_counter(), seconds, rate)

    async def connection() -> None:
        reader, writer = await asyncio.open_connection(host, int(port))
        for number, due in schedule:  # shared by all connections
            if rate:
                await asyncio.sleep(max(due - time.perf_counter(), 0))
            writer.write(requests[number % 10])
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            answer = await reader.readexactly(int(head.split("content-length: ")[1].split()[0]))
            seen.seconds.append(time.perf_counter() - due)
            if " 200 " not in head.splitlines()[0]:
                seen.errors.append(answer.decode())
            elif (text := json.loads(answer)["text"]) != str(number % 10):
                seen.wrong.append(f"sent {number % 10}, read {text}")
        writer.close()

    results = await asyncio.gather(
        *(connection() for _ in range(CONNECTIONS)), return_exceptions=True
    )
    seen.errors += [repr(error) for error in results if error]
    return seen


def _request(host: str, digit: int) -> bytes:
    strokes = [stroke.tolist() for stroke in placed(digit, 20, 20, 160)]
    body = json.dumps({"strokes": strokes}).encode()
    head = f"POST /api/read HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _schedule(start: float, seconds: float, rate: float | None) -> Iterator[tuple[int, float]]:
    """Requests by number, each with the time at which it is due."""
    if rate:
        return ((number, start + number / rate) for number in range(int(rate * seconds)))
    at_once = ((number, time.perf_counter()) for number in count())
    return takewhile(lambda request: request[1] < start + seconds, at_once)
