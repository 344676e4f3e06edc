"""Gives pages' pictures places among those of the service, which clients get in turn."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import CancelledError
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Final

from app.api import decoding_cost
from app.api.fair_places import FairPlaces
from app.api.rate_limiter import RateLimiter
from app.ink.files.decoder_pool import DecoderBusy
from app.ink.files.decoding import Decoding, DecodingCancelled
from app.page import picture_places

SHARE: Final = 0.5  # of the places that others leave, for the pages of one client
MAX_WAIT_SECONDS: Final = 15.0  # for a place
TICK_SECONDS: Final = 0.25  # between two looks whether a waiting page is still there


@asynccontextmanager
async def in_turn(places: FairPlaces, rate_limiter: RateLimiter) -> AsyncIterator[None]:
    """Gives these places to pages as long as the context lasts, and counts what decoders take."""
    pictures = PagePictures(places, rate_limiter)
    picture_places.serve_with(pictures.hold)
    try:
        yield
    finally:
        picture_places.serve_with()


class PagePictures:
    """Lets threads of pages take places of the running event loop."""

    def __init__(self, places: FairPlaces, rate_limiter: RateLimiter) -> None:
        self._places, self._rate_limiter = places, rate_limiter
        self._loop = asyncio.get_running_loop()

    @contextmanager
    def hold(self, client: str, decoding: Decoding) -> Iterator[None]:
        """See `picture_places.Hold`. Afterwards, the client is charged for its decoding."""
        taking = asyncio.run_coroutine_threadsafe(self._take(client, decoding), self._loop)
        try:
            taking.result()
        except CancelledError as error:
            raise DecodingCancelled("the server is shutting down") from error
        try:
            yield
        finally:
            with suppress(RuntimeError):  # the server has ended meanwhile
                self._loop.call_soon_threadsafe(self._give_back, client, decoding)

    async def _take(self, client: str, decoding: Decoding) -> None:
        """Waits for a place as long as the page is there. Raises DecoderBusy, DecodingCancelled."""
        if self._rate_limiter.is_in_debt(client):
            raise DecoderBusy("this client's last pictures took too long")
        taking = asyncio.ensure_future(self._places.take(client, SHARE))
        deadline = self._loop.time() + MAX_WAIT_SECONDS
        try:
            while not (await asyncio.wait({taking}, timeout=TICK_SECONDS))[0]:
                if not decoding.is_wanted():
                    raise DecodingCancelled("the page was closed")
                if self._loop.time() > deadline:
                    raise DecoderBusy("all places for pictures are taken")
        except BaseException:
            if not taking.cancel():  # it has just got a place
                self._places.give_back(client)
            raise

    def _give_back(self, client: str, decoding: Decoding) -> None:
        self._places.give_back(client)
        decoding_cost.charge(self._rate_limiter, client, decoding)
