"""Limits how often each client may send requests."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

POLICY: Final = "reads"  # the name of the limit in headers
MAX_CLIENTS: Final = 10_000  # whose buckets are kept, 2 MB; the least recent are dropped first


class RateLimiter:
    """A token bucket for each client: it starts full, fills at the rate, and each read takes one.

    rate: tokens a minute, 0 for no limit. burst: tokens that a full bucket holds. clock: seconds.
    Only the event loop may call it: it has no lock.
    """

    def __init__(self, rate: int, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate / 60, burst, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, and when

    @property
    def is_unlimited(self) -> bool:
        """Whether there is no limit."""
        return not self._rate

    def take(self, client: str) -> int:
        """Takes a token. Returns 0, or the seconds to wait if there is none."""
        if self.is_unlimited:
            return 0
        now = self._clock()
        tokens = self._tokens(client, now)
        wait = 0 if tokens >= 1 else math.ceil((1 - tokens) / self._rate)
        self._keep(client, tokens if wait else tokens - 1, now)
        return wait

    def charge(self, client: str, tokens: int, debt_seconds: float = 0) -> None:
        """Takes tokens for what a client did after it was admitted.

        If it has fewer, it owes at most what fills its bucket in `debt_seconds`.
        """
        if self.is_unlimited:
            return
        now = self._clock()
        left = self._tokens(client, now) - tokens
        self._keep(client, max(left, -debt_seconds * self._rate), now)

    def is_in_debt(self, client: str) -> bool:
        """Whether a client owes tokens that it was charged."""
        return self._tokens(client, self._clock()) < 0

    def headers(self, client: str) -> dict[str, str]:
        """The client's quota as the IETF's RateLimit fields; none where there is no limit.

        The policy `q` tokens in `w` seconds is the burst and the time in which it fills; `r` tokens
        are left, and in `t` seconds the bucket is full (draft-ietf-httpapi-ratelimit-headers).
        """
        if self.is_unlimited:
            return {}
        tokens = self._tokens(client, self._clock())
        window = math.ceil(self._burst / self._rate)
        reset = math.ceil((self._burst - tokens) / self._rate)
        return {
            "RateLimit-Policy": f'"{POLICY}";q={self._burst};w={window}',
            "RateLimit": f'"{POLICY}";r={max(math.floor(tokens), 0)};t={reset}',
        }

    def _keep(self, client: str, tokens: float, now: float) -> None:
        """Notes what the client's bucket holds at a time in seconds."""
        self._buckets.pop(client, None)
        self._buckets[client] = (tokens, now)
        if len(self._buckets) > MAX_CLIENTS:
            self._buckets.popitem(last=False)

    def _tokens(self, client: str, now: float) -> float:
        """What the client's bucket holds at a time in seconds."""
        tokens, updated = self._buckets.get(client, (float(self._burst), now))
        return min(tokens + (now - updated) * self._rate, float(self._burst))
