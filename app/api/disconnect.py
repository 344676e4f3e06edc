"""Work that ends when its client has gone: nobody is left to answer, and others wait."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from starlette.requests import Request

from app.api.errors import ApiError

Done = TypeVar("Done")


async def while_connected(
    request: Request, work: "Future[Done]", cancel: Callable[[], None]
) -> Done:
    """What the work gives, whose request's body was taken.

    cancel: ends the work where it has begun already; it is called once the client has gone.
    Raises ApiError, which reaches nobody, where the work had not begun.
    """
    done = asyncio.wrap_future(work)
    gone = asyncio.create_task(_gone(request))
    futures: set[asyncio.Future[Any]] = {done, gone}
    await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
    if not done.done() and gone.result():
        cancel()
        if work.cancel():
            raise ApiError("invalid_request", "The connection was closed before the answer.")
    gone.cancel()
    return await done


async def _gone(request: Request) -> bool:
    """Waits for the client to go; False where the server says something else instead."""
    message = await request.receive()
    return bool(message["type"] == "http.disconnect")
