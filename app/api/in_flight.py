"""How many requests are served at once."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class InFlightLimiter:
    """How many requests are inside: uploading, waiting or being read. Half are one client's."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._taken: Counter[str] = Counter()

    @contextmanager
    def one(self, client: str) -> Iterator[bool]:
        """Holds a place meanwhile; False where none is free for this client."""
        full = self._taken.total() >= self._places
        if full or self._taken[client] >= max(self._places // 2, 1):
            yield False
            return
        self._taken[client] += 1
        try:
            yield True
        finally:
            self._taken[client] -= 1
            if not self._taken[client]:
                del self._taken[client]
