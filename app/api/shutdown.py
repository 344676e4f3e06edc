"""Ends decoding as soon as the server is asked to end, which would otherwise wait for it."""

import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import FrameType

from app.ink.decoder_pool import shared_pool


@asynccontextmanager
async def closing_decoders(_: object) -> AsyncIterator[None]:
    """While the application lives, SIGTERM and SIGINT close the decoders before the server ends.

    A lifespan of ASGI: Uvicorn's own one is over only after the last answer.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        _close_before(number)
    yield


def _close_before(number: signal.Signals) -> None:
    then = signal.getsignal(number)

    def handle(received: int, frame: FrameType | None) -> None:
        # In a thread of its own, as the one that is interrupted may hold a decoding's lock.
        threading.Thread(target=shared_pool().close).start()
        if callable(then):
            then(received, frame)

    signal.signal(number, handle)
