"""A limit on how many requests are served at the same time."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class InFlightLimiter:
    """Counts the requests that upload, wait or are being read; one client may have half of them.

    Only the event loop may call it: it has no lock.
    """

    def __init__(self, max_requests: int) -> None:
        self._max_requests = max_requests
        self._in_flight: Counter[str] = Counter()

    @contextmanager
    def admit(self, client: str) -> Iterator[bool]:
        """Counts a request of this client while it lasts; yields False where it may not start."""
        is_full = self._in_flight.total() >= self._max_requests
        if is_full or self._in_flight[client] >= max(self._max_requests // 2, 1):
            yield False
            return
        self._in_flight[client] += 1
        try:
            yield True
        finally:
            self._in_flight[client] -= 1
            if not self._in_flight[client]:
                del self._in_flight[client]
