"""A micro-batcher: what has arrived meanwhile is processed in one batch, in one thread.

The service reads strokes this way, because reading them holds the interpreter's lock nearly all the
time: several threads would only take it from each other and from the event loop, which with
Python's switch interval of 5 ms costs more than the reading itself. Batches also save most of the
hand-overs between the threads.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Generic, TypeVar

MAX_BATCH: Final = 16  # items; of short drawings they take some 8 ms

Item = TypeVar("Item")
Result = TypeVar("Result")


class MicroBatcher(Generic[Item, Result]):
    """Takes items to a thread and their results back; for one event loop, which alone calls it.

    process: gives the result of each item of a batch, or the exception that takes its place.
    """

    def __init__(self, process: Callable[[Sequence[Item]], Sequence[Result | Exception]]) -> None:
        self._process = process
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._is_busy = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="micro-batcher")

    async def submit(self, item: Item) -> Result:
        """The result of an item. Raises the exception that `process` gives in its place."""
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
            if future.done():  # its request was given up meanwhile
                continue
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)
        self._start_batch()
