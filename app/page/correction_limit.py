"""Bounds how many digits each client corrects, however many pages it opens."""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from time import monotonic
from typing import Final

MAX_CORRECTIONS: Final = 20  # of a client, in a minute
WINDOW_SECONDS: Final = 60.0
MAX_CLIENTS: Final = 10_000  # whose corrections are counted; the least recent are dropped first


class CorrectionLimit:
    """Counts the corrections of the last minute; any thread may call it. clock: seconds."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._corrected_at: OrderedDict[str, deque[float]] = OrderedDict()

    def admits(self, client: str) -> bool:
        """Whether a client may correct another digit, which is then counted."""
        with self._lock:
            now = self._clock()
            moments = self._corrected_at.setdefault(client, deque())
            self._corrected_at.move_to_end(client)
            if len(self._corrected_at) > MAX_CLIENTS:
                self._corrected_at.popitem(last=False)
            while moments and now - moments[0] >= WINDOW_SECONDS:
                moments.popleft()
            if len(moments) >= MAX_CORRECTIONS:
                return False
            moments.append(now)
            return True


shared: Final = CorrectionLimit()
