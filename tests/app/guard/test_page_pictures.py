"""Pages' pictures take places in turn, and their clients pay for what takes long."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from app.api.fair_places import FairPlaces
from app.api.rate_limiter import RateLimiter
from app.guard.page_pictures import PagePictures, in_turn
from app.ink.files.decoder_pool import DecoderBusy
from app.ink.files.decoding import Decoding, DecodingCancelled
from app.page import picture_places
from tests.support.coroutines import run_coroutine

SHORT = 5.0  # seconds within which something must happen, on a busy machine


class Stage:
    """Two places in an event loop of its own, and threads of pages that hold them."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.places, self.limiter = FairPlaces(2, share=1), RateLimiter(60, 5)
        making = asyncio.run_coroutine_threadsafe(self._made(), self.loop)
        self.pictures = making.result(SHORT)
        self._threads = ThreadPoolExecutor(8)
        self.holding: list[str] = []

    async def _made(self) -> PagePictures:
        return PagePictures(self.places, self.limiter)

    def page(self, client: str, decoding: Decoding, leave: threading.Event) -> "Future[None]":
        """A page's thread that holds a place until it may leave."""

        def hold() -> None:
            with self.pictures.hold(client, decoding):
                self.holding.append(client)
                leave.wait(SHORT)

        return self._threads.submit(hold)

    def expect(self, *holding: str) -> None:
        """Waits until these clients have had places, in this order, and no others."""
        end = time.monotonic() + SHORT
        while len(self.holding) < len(holding) and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(0.1)
        assert self.holding == list(holding)


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage()
    yield stage
    stage.loop.call_soon_threadsafe(stage.loop.stop)


def test_one_clients_pages_leave_a_place_to_others(stage: Stage) -> None:
    leave = threading.Event()
    pages = [stage.page("many", Decoding(), leave)]
    stage.expect("many")
    pages += [stage.page("many", Decoding(), leave) for _ in range(3)]
    stage.expect("many")
    pages.append(stage.page("one", Decoding(), leave))
    stage.expect("many", "one")
    leave.set()
    for page in pages:
        page.result(SHORT)
    stage.expect("many", "one", *["many"] * 3)


def test_a_page_that_is_closed_waits_no_longer(stage: Stage) -> None:
    leave, is_open = threading.Event(), True
    first = stage.page("many", Decoding(), leave)
    stage.expect("many")
    waiting = stage.page("many", Decoding(is_wanted=lambda: is_open), threading.Event())
    time.sleep(0.3)
    assert not waiting.done()
    is_open = False
    with pytest.raises(DecodingCancelled):
        waiting.result(SHORT)
    leave.set()
    first.result(SHORT)
    stage.page("many", Decoding(), leave).result(SHORT)  # the place was given back


def test_a_client_whose_picture_took_long_waits_for_the_next(stage: Stage) -> None:
    leave, costly = threading.Event(), Decoding()
    leave.set()
    stage.page("many", Decoding(), leave).result(SHORT)
    costly.spent_seconds = 2.0  # of 15, as it declared many pixels
    stage.page("many", costly, leave).result(SHORT)
    stage.page("many", Decoding(), leave).result(SHORT)
    costly.spent_seconds = 8.0
    stage.page("many", costly, leave).result(SHORT)
    with pytest.raises(DecoderBusy):
        stage.page("many", Decoding(), leave).result(SHORT)
    stage.page("other", Decoding(), leave).result(SHORT)


def test_pages_have_these_places_as_long_as_the_server_runs() -> None:
    async def scene() -> None:
        async with in_turn(FairPlaces(1, share=1), RateLimiter(60, 5)):
            held = picture_places.held("client", Decoding())
            await asyncio.to_thread(contextlib.ExitStack().enter_context, held)
            gone = picture_places.held("client", Decoding(is_wanted=lambda: False))
            with pytest.raises(DecodingCancelled):
                await asyncio.to_thread(contextlib.ExitStack().enter_context, gone)
        with picture_places.held("client", Decoding()):
            pass

    run_coroutine(scene(), SHORT)
