"""Ends the work for a client that has disconnected, because other clients wait."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

from starlette.requests import Request

from app.api.errors import ApiError
from app.api.fair_places import FairPlaces

MAX_WAIT_SECONDS: Final = 15  # for a place

Done = TypeVar("Done")


async def while_connected(
    request: Request, work: "Future[Done] | asyncio.Future[Done]", cancel: Callable[[], None]
) -> Done:
    """The result of work for a request whose body has been received.

    cancel: stops work that has begun; it is called when the client disconnects. If the work has
    not begun by then, ApiError is raised instead, which no client receives.
    """
    answer = asyncio.wrap_future(work)
    gone = asyncio.create_task(_gone(request))
    futures: set[asyncio.Future[Any]] = {answer, gone}
    await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
    if not answer.done() and gone.result():
        cancel()
        if work.cancel():
            raise ApiError("invalid_request", "The connection was closed before the answer.")
    gone.cancel()
    return await answer


@asynccontextmanager
async def turn(request: Request, client: str, places: FairPlaces) -> AsyncIterator[None]:
    """Holds a place for a client's request, and waits for it as long as the client is connected.

    Raises ApiError if the client disconnects, or if it waits for more than MAX_WAIT_SECONDS.
    """
    taking = asyncio.ensure_future(asyncio.wait_for(places.take(client), MAX_WAIT_SECONDS))
    try:
        await while_connected(request, taking, lambda: None)
    except BaseException as error:
        # A place that it gets in this very moment would otherwise be taken for ever: until Python
        # 3.12, `wait_for` returns although it is cancelled if what it waits for has just ended.
        taking.cancel()
        taking.add_done_callback(lambda done: _give_back_if_taken(done, client, places))
        if not isinstance(error, TimeoutError):
            raise
        message = f"All places were taken for {MAX_WAIT_SECONDS} s. Try again in a minute."
        raise ApiError("concurrency_limited", message, {"Retry-After": "60"}) from error
    try:
        yield
    finally:
        places.give_back(client)


def _give_back_if_taken(taking: "asyncio.Future[None]", client: str, places: FairPlaces) -> None:
    if not taking.cancelled() and taking.exception() is None:
        places.give_back(client)


async def _gone(request: Request) -> bool:
    """Waits until the client disconnects; False if the server sends another message instead."""
    message = await request.receive()
    return bool(message["type"] == "http.disconnect")
