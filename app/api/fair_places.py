"""A limited number of places, which waiting clients get in turn."""

import asyncio
from collections import OrderedDict
from typing import Final, NamedTuple

from app.api.in_flight import InFlightLimiter

MAX_CLIENTS: Final = 1_000  # whose turns are remembered; the oldest are forgotten first


class _Waiting(NamedTuple):
    client: str
    share: float | None
    place: "asyncio.Future[None]"


class FairPlaces:
    """Places that go to the client whose last turn was longest ago, then to whoever asked first.

    Otherwise, a client that sends many requests at once would make all others wait for all of
    them. share: see `InFlightLimiter`. Only the event loop may call it.
    """

    def __init__(self, size: int, share: float) -> None:
        self._limiter = InFlightLimiter(size, share)
        self._waiting: list[_Waiting] = []
        self._turns: OrderedDict[str, int] = OrderedDict()  # numbers of the clients' last turns
        self._num_turns = 0

    async def take(self, client: str, share: float | None = None) -> None:
        """Waits for a place; `give_back` must be called after its use. share: instead of that."""
        if self._limiter.has_place(client, share):
            self._start(client)
            return
        waiting = _Waiting(client, share, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        try:
            await waiting.place
        except asyncio.CancelledError:
            if waiting.place.done() and not waiting.place.cancelled():  # it has just got a place
                self.give_back(client)
            raise
        finally:
            self._waiting = [other for other in self._waiting if other is not waiting]

    def give_back(self, client: str) -> None:
        """Frees a client's place for those who wait."""
        self._limiter.end(client)
        while (waiting := self._next()) is not None:
            self._start(waiting.client)
            waiting.place.set_result(None)

    def _next(self) -> _Waiting | None:
        """The request that gets the next place; None if no waiting client may have one."""
        entitled = [
            waiting
            for waiting in self._waiting
            if not waiting.place.done() and self._limiter.has_place(waiting.client, waiting.share)
        ]
        return min(entitled, key=lambda waiting: self._turns.get(waiting.client, 0), default=None)

    def _start(self, client: str) -> None:
        self._limiter.start(client)
        self._num_turns += 1
        self._turns[client] = self._num_turns
        self._turns.move_to_end(client)
        if len(self._turns) > MAX_CLIENTS:
            self._turns.popitem(last=False)
