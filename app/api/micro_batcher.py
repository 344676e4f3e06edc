"""A micro-batcher: items that arrive during one batch are the next batch, all in one thread.

The service reads strokes this way, because reading them holds the interpreter's lock nearly all the
time: several threads would only take it from each other and from the event loop, which costs more
than the reading itself with Python's switch interval of 5 ms. Batches also avoid most of the
switches between the threads.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Generic, TypeVar

MAX_BATCH: Final = 16  # items; 16 short drawings take about 8 ms

Item = TypeVar("Item")
Result = TypeVar("Result")


class MicroBatcher(Generic[Item, Result]):
    """Processes items in a thread. Only one event loop may call it.

    process: returns for each item of a batch its result, or an exception in its place.
    """

    def __init__(self, process: Callable[[Sequence[Item]], Sequence[Result | Exception]]) -> None:
        self._process = process
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._is_busy = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="micro-batcher")

    async def submit(self, item: Item) -> Result:
        """The result of an item. Raises the exception that `process` returns in its place."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if not self._is_busy:
            self._start_batch()
        return await future

    def _start_batch(self) -> None:
        batch, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
        self._is_busy = bool(batch)
        if not batch:
            return
        items = [item for item, _ in batch]
        work = asyncio.get_running_loop().run_in_executor(self._thread, self._process, items)
        work.add_done_callback(lambda done: self._finish(done, [future for _, future in batch]))

    def _finish(
        self,
        done: "asyncio.Future[Sequence[Result | Exception]]",
        futures: "Sequence[asyncio.Future[Result]]",
    ) -> None:
        error = done.exception()
        results = [error] * len(futures) if error else done.result()
        for future, result in zip(futures, results, strict=True):
            if future.done():  # its request was cancelled meanwhile
                continue
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)
        self._start_batch()
