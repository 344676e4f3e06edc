"""Decodes what strangers send, in processes whose time and memory are limited.

A decoder is large and old code that reads hostile bytes. If a file takes more time or memory than
its declared size explains, breaks the decoder, or is no longer wanted, only one process is ended
and replaced. The file is refused, and other pictures are read meanwhile.
"""

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from queue import Empty, LifoQueue
from typing import Final

from app.ink.files.decoder_process import DecodedPixels, DecoderProcess
from app.ink.files.decoding import MAX_SECONDS, Decoding, DecodingCancelled
from app.ink.files.picture_file import MAX_PICTURE_PIXELS, Page, inspect_within

SPARE_BYTES: Final = 64 << 20  # of memory that a decoder may take besides its pictures
# A progressive JPEG takes 6 to 8 for its coefficients, and 3 twice for its pixels.
BYTES_PER_PIXEL: Final = 16
LARGE_PIXELS: Final = 16_000_000  # pictures of more are decoded one at a time, for their memory
_TICK: Final = 0.25  # seconds between two checks for overdue decodings
_shared: Final[list["DecoderPool"]] = []
_lock: Final = threading.Lock()


class DecoderBusy(RuntimeError):
    """All decoders are busy for longer than a picture may wait."""


class DecoderPool:
    """Decodes pictures in processes of their own; safe to share between threads.

    size: the most processes. They start when they are needed and end after a time without work, so
    that a server that reads no pictures has none. max_pixels: of a picture, see `inspect_within`.
    """

    def __init__(self, size: int, max_pixels: int = MAX_PICTURE_PIXELS) -> None:
        self._max_pixels = max_pixels
        self._places = threading.BoundedSemaphore(size)
        self._decodings: set[Decoding] = set()
        self._large = threading.Lock()  # held while a large picture is decoded
        self._is_closed = False
        # The process that was used last is taken first, so that the others end for lack of work.
        self._free: LifoQueue[DecoderProcess] = LifoQueue()
        for _ in range(size):
            self._free.put(DecoderProcess())
        threading.Thread(target=self._watch, daemon=True, name="decoders").start()

    def decode(
        self,
        content: bytes,
        max_pixels: int | None = None,
        decoding: Decoding | None = None,
    ) -> Page:
        """Checks the structure of a picture file, and decodes its first page.

        max_pixels: see `inspect_within`; None for the pool's own limit. decoding: lets another
        thread cancel it. Raises NotAPicture, PictureTooLarge, another UnreadableInput, DecoderBusy
        or DecodingCancelled.
        """
        structure = inspect_within(content, max_pixels or self._max_pixels)
        num_pixels = structure.width * structure.height
        decoding = decoding or Decoding()
        decoding.begin(num_pixels)
        memory = SPARE_BYTES + BYTES_PER_PIXEL * num_pixels
        with self._alone_if_large(num_pixels, decoding):
            pixels, pages = self.decode_inspected(content, memory, decoding)
        return Page(pixels, 1, structure.pages or pages, structure.is_animated)

    def decode_inspected(self, content: bytes, memory: int, decoding: Decoding) -> DecodedPixels:
        """Runs `picture_file.decode_inspected` in a process; memory: the most bytes it may take."""
        self._decodings.add(decoding)
        try:
            process = self._free.get(timeout=max(decoding.deadline - time.monotonic(), 0))
            try:
                if self._is_closed:
                    raise DecodingCancelled("the server is shutting down")
                return process.decode(content, memory, decoding)
            finally:
                self._free.put(process)
        except Empty as error:
            raise DecoderBusy("all decoders are busy") from error
        finally:
            self._decodings.discard(decoding)

    @contextlib.contextmanager
    def _alone_if_large(self, num_pixels: int, decoding: Decoding) -> Iterator[None]:
        """Lets only one picture of more than LARGE_PIXELS be decoded at a time.

        Raises DecoderBusy if another one takes longer than this one may wait.
        """
        if num_pixels <= LARGE_PIXELS:
            yield
            return
        if not self._large.acquire(timeout=max(decoding.deadline - time.monotonic(), 0)):
            raise DecoderBusy("another large picture is being decoded")
        try:
            yield
        finally:
            self._large.release()

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Holds one of the places for decoded pictures, which take much memory.

        There are as many places as processes. Raises DecoderBusy if none is free in MAX_SECONDS.
        """
        if not self._places.acquire(timeout=MAX_SECONDS):
            raise DecoderBusy("all places for pictures are taken")
        try:
            yield
        finally:
            self._places.release()

    def close(self) -> None:
        """Cancels all decodings and refuses new ones."""
        self._is_closed = True
        for decoding in tuple(self._decodings):
            decoding.cancel()

    def _watch(self) -> None:
        """Ends overdue and unwanted decodings, and all once the main thread ends."""
        while threading.main_thread().is_alive():
            threading.main_thread().join(_TICK)
            now = time.monotonic()
            for decoding in tuple(self._decodings):
                if decoding.deadline < now:
                    decoding.overrun()
                elif not decoding.is_wanted():
                    decoding.cancel()
        self.close()


def shared_pool(
    size: int = os.cpu_count() or 1, max_pixels: int = MAX_PICTURE_PIXELS
) -> DecoderPool:
    """The one pool of this process, for both page and API; the first call makes it."""
    with _lock:
        if not _shared:
            _shared.append(DecoderPool(size, max_pixels))
        return _shared[0]
