"""Decoding of what strangers send, in processes whose time and memory can be taken back.

A decoder is large and old code that reads hostile bytes. Here it costs one process, which is ended
and replaced, when a file takes longer or more memory than its declared size explains, breaks the
decoder, or is no longer wanted; the answer is a refusal, and other pictures are read meanwhile.
"""

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, LifoQueue
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.ink.decode_worker import (
    ANSWER,
    DECODED,
    REQUEST,
    read_exactly,
    read_into,
    write_all,
)
from app.ink.picture_file import MAX_PICTURE_PIXELS, Page, inspect_upload
from app.reading import UnreadableInput

MAX_SECONDS: Final = 15  # for one picture, of the clock and of the processor
SPARE_BYTES: Final = 64 << 20  # that a decoder may take beside the picture
BYTES_A_PIXEL: Final = 16  # a progressive JPEG's coefficients take 6 to 8, its pixels 3, twice
_TICK: Final = 0.25  # seconds between looks at the clock
_shared: Final[list["DecoderPool"]] = []
_lock: Final = threading.Lock()
_ROOT: Final = Path(__file__).resolve().parents[2]
_PIPE_BYTES: Final = 1 << 20  # the largest that Linux gives an ordinary user
# One thread and one heap, which gives memory back after each picture. OpenCV reads its own limit
# once, when it is imported: here it is the same as that of the structure checks.
_ENVIRONMENT: Final = {
    "OPENCV_IO_MAX_IMAGE_PIXELS": str(MAX_PICTURE_PIXELS),
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "1048576",
    "MALLOC_TRIM_THRESHOLD_": "1048576",
}

DecodedPixels: TypeAlias = tuple[NDArray[np.uint8], int]


class DecoderBusy(RuntimeError):
    """All decoders had work for longer than a picture may wait."""


class DecodingCancelled(RuntimeError):
    """The picture is no longer wanted, as its client has gone or the server ends."""


class Decoding:
    """One picture's decoding, which any thread may cancel, before or while it runs.

    seconds: until its time is up.
    """

    def __init__(self, seconds: float = MAX_SECONDS) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._end: str = ""  # why it was ended
        self.deadline = time.monotonic() + seconds

    def cancel(self) -> None:
        """Ends it at once, as it is no longer wanted; does nothing after it has ended."""
        self._stop("cancelled")

    def overrun(self) -> None:
        """Ends it, as its time is up."""
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
        """Meanwhile this process is ended when the decoding is. Raises DecodingCancelled."""
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


class DecoderPool:
    """Decodes pictures in processes of their own; for any number of threads.

    size: processes at most. They start when they are needed and end after a time without work,
    so that a server that reads no pictures has none. max_pixels: of a picture, see
    `inspect_upload`.
    """

    def __init__(self, size: int, max_pixels: int = MAX_PICTURE_PIXELS) -> None:
        self._max_pixels = max_pixels
        self._places = threading.BoundedSemaphore(size)
        self._decodings: set[Decoding] = set()
        self._is_closed = False
        # The last one used is taken first: the others have nothing to do, and end.
        self._free: LifoQueue[_Worker] = LifoQueue()
        for _ in range(size):
            self._free.put(_Worker())
        threading.Thread(target=self._watch, daemon=True, name="decoders").start()

    def decode(
        self,
        content: bytes,
        max_pixels: int | None = None,
        decoding: Decoding | None = None,
    ) -> Page:
        """The first page of a picture file, once its structure is checked.

        max_pixels: see `inspect_upload`; None for those of the pool. decoding: by which another
        thread may cancel it. Raises NotAPicture, PictureTooLarge, another UnreadableInput,
        DecoderBusy or DecodingCancelled.
        """
        structure = inspect_upload(content, max_pixels or self._max_pixels)
        memory = SPARE_BYTES + BYTES_A_PIXEL * structure.width * structure.height
        pixels, pages = self.decode_inspected(content, memory, decoding or Decoding())
        return Page(pixels, 1, structure.pages or pages, structure.is_animated)

    def decode_inspected(self, content: bytes, memory: int, decoding: Decoding) -> DecodedPixels:
        """See `picture_file.decode_inspected`; memory: bytes that decoding may take."""
        self._decodings.add(decoding)
        try:
            worker = self._free.get(timeout=max(decoding.deadline - time.monotonic(), 0))
            try:
                if self._is_closed:
                    raise DecodingCancelled("the server ends")
                return worker.decode(content, memory, decoding)
            finally:
                self._free.put(worker)
        except Empty as error:
            raise DecoderBusy("all decoders are busy") from error
        finally:
            self._decodings.discard(decoding)

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Meanwhile the caller has one of the places for pictures: decoded, they take much memory.

        There are as many as processes. Raises DecoderBusy where none is free for MAX_SECONDS.
        """
        if not self._places.acquire(timeout=MAX_SECONDS):
            raise DecoderBusy("all places for pictures are taken")
        try:
            yield
        finally:
            self._places.release()

    def close(self) -> None:
        """Cancels what is decoded; nothing is decoded afterwards."""
        self._is_closed = True
        for decoding in tuple(self._decodings):
            decoding.cancel()

    def _watch(self) -> None:
        """Ends what takes too long; and all with the main thread, which else would wait for it."""
        while threading.main_thread().is_alive():
            threading.main_thread().join(_TICK)
            now = time.monotonic()
            for decoding in tuple(self._decodings):
                if decoding.deadline < now:
                    decoding.overrun()
        self.close()


def shared_pool(
    size: int = os.cpu_count() or 1, max_pixels: int = MAX_PICTURE_PIXELS
) -> DecoderPool:
    """The one pool of this process, for page and API alike; made as it is first asked for."""
    with _lock:
        if not _shared:
            _shared.append(DecoderPool(size, max_pixels))
        return _shared[0]


class _Worker:
    """One process at a time, started anew where the last has ended. For one thread at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def decode(self, content: bytes, memory: int, decoding: Decoding) -> DecodedPixels:
        """See `picture_file.decode_inspected`. Raises UnreadableInput and DecodingCancelled."""
        request = REQUEST.pack(len(content), memory, MAX_SECONDS) + content
        while True:
            is_fresh = self._process is None or self._process.poll() is not None
            process = self._started() if is_fresh else self._process
            assert process is not None
            try:
                with decoding.running(process):
                    return _ask(process, request)
            except (OSError, EOFError) as error:  # it has ended, or was ended
                process.kill()
                if process.wait() == 0 and not is_fresh:
                    continue  # it had waited long enough just now
                if decoding.is_cancelled:
                    raise DecodingCancelled("the picture is no longer wanted") from error
                raise _too_costly(memory, decoding.is_overrun) from error

    def _started(self) -> "subprocess.Popen[bytes]":
        # Not forked, as a fork copies the locks that other threads hold at that moment.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "app.ink.decode_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            cwd=_ROOT,
            env={**os.environ, **_ENVIRONMENT},
        )
        _widen(self._process)
        return self._process


def _ask(process: "subprocess.Popen[bytes]", request: bytes) -> DecodedPixels:
    """What a process answers. Raises UnreadableInput; OSError or EOFError where it has ended."""
    assert process.stdin is not None
    assert process.stdout is not None
    write_all(process.stdin, request)
    kind, *numbers = ANSWER.unpack(read_exactly(process.stdout, ANSWER.size))
    if kind != DECODED:
        raise UnreadableInput(read_exactly(process.stdout, min(numbers[0], _PIPE_BYTES)).decode())
    height, width, channels, pages = numbers
    if height * width > MAX_PICTURE_PIXELS or channels > 4:
        raise EOFError("a decoder that answers what it should not is ended")
    image = np.empty((height, width, channels) if channels else (height, width), np.uint8)
    read_into(process.stdout, image.data.cast("B"))
    return image, pages


def _widen(process: "subprocess.Popen[bytes]") -> None:
    """Lets pixels come in large pieces, where the system can."""
    with contextlib.suppress(ImportError, AttributeError, OSError):
        import fcntl

        for pipe in (process.stdin, process.stdout):
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)  # type: ignore[union-attr]


def _too_costly(memory: int, is_overrun: bool) -> UnreadableInput:
    limit = f"{MAX_SECONDS} s" if is_overrun else f"{MAX_SECONDS} s and {memory >> 20:,} MB"
    return UnreadableInput(f"expected a picture that is decoded in {limit}, got one that is not")
