"""A limit on how many runs of the page there are at the same time, shared fairly by clients."""

import asyncio

from app.api.in_flight import InFlightLimiter


class FairPlaces:
    """Places for runs, for which clients wait in the order in which they ask.

    Python runs one thread at a time, so every further run delays the reading of all visitors'
    strokes. A client that has as many places as one may hold (see InFlightLimiter) is skipped
    until it gives one back. Only the event loop may call it.
    """

    def __init__(self, size: int) -> None:
        self._limiter = InFlightLimiter(size)
        self._waiting: list[tuple[str, asyncio.Future[None]]] = []

    async def take(self, client: str) -> None:
        """Waits for a place, which `give_back` must follow."""
        if self._limiter.has_place(client):
            self._limiter.start(client)
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((client, place))
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():  # it was given in the same moment
                self.give_back(client)
            raise
        finally:
            self._waiting = [waiter for waiter in self._waiting if waiter[1] is not place]

    def give_back(self, client: str) -> None:
        """Frees a place for those who wait."""
        self._limiter.end(client)
        for waiting_client, place in self._waiting:
            if not place.done() and self._limiter.has_place(waiting_client):
                self._limiter.start(waiting_client)
                place.set_result(None)
