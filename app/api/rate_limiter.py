"""A limit on how often each client may ask."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

MAX_CLIENTS: Final = 10_000  # whose buckets are kept, some 2 MB; the longest unseen go first


class RateLimiter:
    """A token bucket for each client: it starts full, fills at the rate, and each read takes one.

    rate: tokens a minute, 0 for no limit. burst: tokens that a full bucket holds. clock: seconds.
    Only the event loop may call it: it has no lock.
    """

    def __init__(self, rate: int, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate / 60, burst, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, at seconds

    def take(self, client: str) -> int:
        """Takes a token. Returns 0, or the seconds to wait where there is none."""
        if not self._rate:
            return 0
        now = self._clock()
        tokens, updated = self._buckets.pop(client, (float(self._burst), now))
        tokens = min(tokens + (now - updated) * self._rate, self._burst)
        wait = 0 if tokens >= 1 else math.ceil((1 - tokens) / self._rate)
        self._buckets[client] = (tokens if wait else tokens - 1, now)
        if len(self._buckets) > MAX_CLIENTS:
            self._buckets.popitem(last=False)
        return wait
