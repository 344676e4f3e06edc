"""A limit on how many requests are served at the same time."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class InFlightLimiter:
    """Counts the requests that upload, wait or are being read, in total and for each client.

    share: what one client may have of the places that the others leave free, but at least one
    place. With 0.5, two clients cannot hold all places. Only the event loop may call it: it has no
    lock.
    """

    def __init__(self, max_requests: int, share: float = 0.5) -> None:
        self._max_requests, self._share = max_requests, share
        self._in_flight: Counter[str] = Counter()

    @property
    def total(self) -> int:
        """The number of requests of all clients."""
        return self._in_flight.total()

    def has_place(self, client: str, share: float | None = None) -> bool:
        """Whether a request of this client may start; share: another one for this request."""
        share = self._share if share is None else share
        total, of_client = self._in_flight.total(), self._in_flight[client]
        left_by_others = self._max_requests - (total - of_client)
        return total < self._max_requests and of_client < max(int(left_by_others * share), 1)

    def start(self, client: str) -> None:
        """Counts a request of this client from now on."""
        self._in_flight[client] += 1

    def end(self, client: str) -> None:
        """Stops counting a request of this client."""
        self._in_flight[client] -= 1
        if not self._in_flight[client]:
            del self._in_flight[client]

    @contextmanager
    def admit(self, client: str) -> Iterator[bool]:
        """Counts a request of this client while it lasts; yields False where it may not start."""
        if not self.has_place(client):
            yield False
            return
        self.start(client)
        try:
            yield True
        finally:
            self.end(client)
