"""Gives memory back to the system from time to time, so that a burst of work does not keep it.

The arenas of ONNX Runtime keep the memory that the largest photograph and the longest line needed,
and glibc's heap keeps its peak. Keeping it makes them fast, so it is given back only now and then.
"""

import asyncio
import ctypes
import sys
from contextlib import AbstractAsyncContextManager, suppress
from typing import Final

from app.guard.periodic import repeated
from app.inference.line_reader import shared_line_reader
from app.ink.photographs.segmenter import shared_segmenter

PERIOD_SECONDS: Final = 30.0  # decoders without work end after the same time


def given_back() -> AbstractAsyncContextManager[None]:
    """Gives free memory back every PERIOD_SECONDS as long as the context lasts."""
    return repeated(lambda: asyncio.to_thread(give_back), PERIOD_SECONDS)


def give_back() -> None:
    """Gives free memory back; takes some milliseconds, during which other threads go on."""
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
