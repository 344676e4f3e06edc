"""Programs that ask the service for readings of strokes, for the benchmarks and the load test."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from itertools import count, takewhile

from tests.support.drawings import placed
from tests.support.http_connection import HttpConnection
from tests.support.visitors import Observations

CONNECTIONS = 16


def strokes_body(digit: int) -> bytes:
    """JSON with the strokes of a digit."""
    strokes = [stroke.tolist() for stroke in placed(digit, 20, 20, 160)]
    return json.dumps({"strokes": strokes}).encode()


async def ask(
    address: str,
    seconds: float,
    rate: float | None = None,
    body_of: Callable[[int], bytes] = strokes_body,
) -> Observations:
    """Asks for readings of the ten digits in turn, on CONNECTIONS connections.

    seconds: how long it asks. rate: requests per second, each at its own time: a late answer does
    not delay the next request, whose seconds count from the time at which it was due. None sends
    each request as soon as the last one is answered. body_of: makes the JSON body for a digit.
    """
    seen = Observations()
    requests = [body_of(digit) for digit in range(10)]
    schedule = _schedule(time.perf_counter(), seconds, rate)

    async def ask_on_connection() -> None:
        connection = await HttpConnection.open(address)
        for number, due in schedule:  # shared by all connections
            if rate:
                await asyncio.sleep(max(due - time.perf_counter(), 0))
            status, answer = await connection.post("/api/read", requests[number % 10])
            seen.seconds.append(time.perf_counter() - due)
            if status != 200:
                seen.errors.append(json.dumps(answer))
            elif answer["text"] != str(number % 10):
                seen.wrong.append(f"sent {number % 10}, read {answer['text']}")
        connection.close()

    results = await asyncio.gather(
        *(ask_on_connection() for _ in range(CONNECTIONS)), return_exceptions=True
    )
    seen.errors += [repr(error) for error in results if error]
    return seen


def _schedule(start: float, seconds: float, rate: float | None) -> Iterator[tuple[int, float]]:
    """The number of each request and the time at which it is due."""
    if rate:
        return ((number, start + number / rate) for number in range(int(rate * seconds)))
    at_once = ((number, time.perf_counter()) for number in count())
    return takewhile(lambda request: request[1] < start + seconds, at_once)
