"""Ends decoding as soon as the server is told to stop, so that it does not wait for it."""

import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import FrameType

from app.ink.files.decoder_pool import shared_pool


@asynccontextmanager
async def closing_decoders(_: object) -> AsyncIterator[None]:
    """While the application runs, SIGTERM and SIGINT close the decoders before the server stops.

    An ASGI lifespan. Its own end would be too late, as Uvicorn waits for the last answer first.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        _close_before(number)
    yield


def _close_before(number: signal.Signals) -> None:
    previous = signal.getsignal(number)

    def handle(received: int, frame: FrameType | None) -> None:
        # In another thread, because the interrupted one may hold a decoding's lock.
        threading.Thread(target=shared_pool().close).start()
        if callable(previous):
            previous(received, frame)

    signal.signal(number, handle)
