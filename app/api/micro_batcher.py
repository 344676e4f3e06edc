"""Strokes that wait to be read: all that have come together are read in one go.

One thread reads them, because reading strokes holds the interpreter's lock nearly all the time:
several threads would only take it from each other and from the event loop, which with Python's
switch interval of 5 ms costs more than the reading itself. A go at a time also saves most of the
hand-overs between the threads.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

MOST: Final = 16  # drawings in one go, some 8 ms
SHORT: Final = 16 << 10  # bytes of JSON, 800 points; longer drawings must not hold others up

Asked = tuple[bytes, bool]  # a body, and whether it is a single character
Read = Callable[[Sequence[Asked]], Sequence[bytes | Exception]]


class MicroBatcher:
    """Drawings on their way to the thread and back; for one event loop, which alone calls it.

    read: what reads some of them, each to an answer or to why there is none.
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        self._waiting: list[tuple[Asked, asyncio.Future[bytes]]] = []
        self._busy = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ink")

    async def read(self, content: bytes, single: bool) -> bytes:
        """The answer to a body. Raises what `read` gave in its place."""
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting.append(((content, single), answer))
        if not self._busy:
            self._start()
        return await answer

    def _start(self) -> None:
        some, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        self._busy = bool(some)
        if not some:
            return
        asked = [one for one, _ in some]
        work = asyncio.get_running_loop().run_in_executor(self._thread, self._read, asked)
        work.add_done_callback(lambda done: self._finish(done, [answer for _, answer in some]))

    def _finish(
        self,
        done: "asyncio.Future[Sequence[bytes | Exception]]",
        answers: Sequence["asyncio.Future[bytes]"],
    ) -> None:
        error = done.exception()
        found = [error] * len(answers) if error else done.result()
        for answer, one in zip(answers, found, strict=True):
            if answer.done():  # its request was given up meanwhile
                continue
            if isinstance(one, bytes):
                answer.set_result(one)
            else:
                answer.set_exception(one)
        self._start()
