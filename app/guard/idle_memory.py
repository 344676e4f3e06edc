"""Gives memory back to the system from time to time, so that a burst of work does not keep it.

The arenas of ONNX Runtime keep what the largest photograph and the longest line needed, and glibc's
heap what all requests needed at once. They are quick because they do, so they give it back only
between the bursts.
"""

import asyncio
import ctypes
import sys
from contextlib import AbstractAsyncContextManager, suppress
from typing import Final

from app.guard.periodic import repeated
from app.inference.line_reader import shared_line_reader
from app.ink.segmenter import shared_segmenter

PERIOD_SECONDS: Final = 30.0  # decoders without work end after as many


def given_back() -> AbstractAsyncContextManager[None]:
    """Gives it back every PERIOD_SECONDS as long as the context lasts."""
    return repeated(lambda: asyncio.to_thread(give_back), PERIOD_SECONDS)


def give_back() -> None:
    """Gives back what is free; takes some milliseconds, in which others go on."""
    if shared_segmenter.cache_info().currsize:  # it has been loaded
        shared_segmenter().release_memory()
    if shared_line_reader.cache_info().currsize:
        shared_line_reader().release_memory()
    _trim_heap()


def _trim_heap() -> None:
    """Returns the heap's free pages, where it is glibc's."""
    if sys.platform == "linux":
        with suppress(AttributeError):  # another C library
            ctypes.CDLL(None).malloc_trim(0)
