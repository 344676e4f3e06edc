"""The decoding of one picture in a process, which can be ended early."""

import contextlib
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from typing import Final

MAX_SECONDS: Final = 15.0  # for one picture, both of elapsed time and of processor time
# Of processor time, which a busy machine hardly changes: for a picture of few pixels, and for each
# pixel more. The slowest formats take a tenth of it.
FEW_PIXELS_SECONDS: Final = 3.0
SECONDS_PER_PIXEL: Final = 0.75e-6


class DecodingCancelled(RuntimeError):
    """The picture is no longer wanted, because its client is gone or the server is ending."""


class Decoding:
    """One picture's decoding, which any thread may cancel, before or while it runs.

    seconds: until its time is up. is_wanted: asked again and again while it runs; it is cancelled
    once the answer is False.
    """

    def __init__(
        self, seconds: float = MAX_SECONDS, is_wanted: Callable[[], bool] = lambda: True
    ) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._end: str = ""  # why it was ended
        self.seconds, self.is_wanted = seconds, is_wanted
        self.deadline = time.monotonic() + seconds
        self.core_seconds = min(seconds, MAX_SECONDS)  # of processor time
        # Of a core, or of elapsed time where a process was ended and the system does not say.
        self.spent_seconds = 0.0

    def begin(self, pixels: int) -> None:
        """Gives a picture that declares so many pixels its time, from now on."""
        self.deadline = time.monotonic() + self.seconds
        needed = FEW_PIXELS_SECONDS + SECONDS_PER_PIXEL * pixels
        self.core_seconds = min(needed, self.core_seconds)

    def cancel(self) -> None:
        """Ends it at once because it is no longer wanted; does nothing after it has ended."""
        self._stop("cancelled")

    def overrun(self) -> None:
        """Ends it because its time is up."""
        self._stop("overrun")

    @property
    def is_cancelled(self) -> bool:
        """Whether it is no longer wanted."""
        return self._end == "cancelled"

    @property
    def is_overrun(self) -> bool:
        """Whether its time was up."""
        return self._end == "overrun"

    @contextlib.contextmanager
    def running(self, process: "subprocess.Popen[bytes]") -> Iterator[None]:
        """While the block runs, cancel and overrun end this process. Raises DecodingCancelled."""
        with self._lock:
            if self._end:
                raise DecodingCancelled("the picture is no longer wanted")
            self._process = process
        try:
            yield
        finally:
            with self._lock:
                self._process = None

    def _stop(self, reason: str) -> None:
        with self._lock:
            self._end = self._end or reason
            if self._process is not None:
                self._process.kill()
