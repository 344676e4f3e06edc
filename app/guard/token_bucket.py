"""Token buckets that may be overdrawn, and say how long to wait until they no longer are."""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

MAX_CLIENTS: Final = 10_000  # whose buckets are kept; the least recent are dropped first


class TokenBucket:
    """Starts full and fills at a rate. clock: seconds.

    rate: tokens a second. burst: tokens that a full bucket holds.
    """

    def __init__(
        self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._tokens, self._updated = burst, clock()

    def spend(self, tokens: float) -> float:
        """Takes tokens, even if there are fewer. Returns the seconds until none are owed."""
        now = self._clock()
        filled = self._tokens + (now - self._updated) * self._rate
        self._tokens, self._updated = min(filled, self._burst) - tokens, now
        return max(-self._tokens / self._rate, 0.0)


class ClientBuckets:
    """A bucket for each client, all alike; see `TokenBucket`."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate, self._burst = rate, burst
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()

    def of(self, client: str) -> TokenBucket:
        """The bucket of a client."""
        bucket = self._buckets.pop(client, None) or TokenBucket(self._rate, self._burst)
        self._buckets[client] = bucket
        if len(self._buckets) > MAX_CLIENTS:
            self._buckets.popitem(last=False)
        return bucket
