"""How often one client may ask."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

CLIENTS: Final = 10_000  # whose buckets are kept, some 2 MB; the longest unseen go first


class RateLimiter:
    """A token bucket a client: full at first, filled at the rate, a token a read.

    Not for several threads: the event loop alone asks. clock: seconds.
    """

    def __init__(self, rate: int, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate / 60, burst, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, at seconds

    def take(self, client: str) -> int:
        """0 when the client may read now, else the seconds after which it may."""
        if not self._rate:
            return 0
        now = self._clock()
        tokens, then = self._buckets.pop(client, (float(self._burst), now))
        tokens = min(tokens + (now - then) * self._rate, self._burst)
        wait = 0 if tokens >= 1 else math.ceil((1 - tokens) / self._rate)
        self._buckets[client] = (tokens if wait else tokens - 1, now)
        if len(self._buckets) > CLIENTS:
            self._buckets.popitem(last=False)
        return wait
