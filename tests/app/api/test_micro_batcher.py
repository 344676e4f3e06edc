"""Waiting items are processed together, and each caller gets its own result or exception."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from app.api.micro_batcher import MAX_BATCH, MicroBatcher
from tests.support.coroutines import run_coroutine


class Doubler:
    """Doubles numbers once it may start, and remembers the sizes of its batches."""

    def __init__(self) -> None:
        self.may_start = threading.Event()
        self.sizes: list[int] = []

    def __call__(self, items: Sequence[int]) -> list[int | Exception]:
        self.may_start.wait(10)
        self.sizes.append(len(items))
        if 99 in items:
            raise RuntimeError("a whole batch failed")
        return [ValueError(item) if item < 0 else 2 * item for item in items]


def test_what_waits_is_processed_in_full_batches_and_in_order() -> None:
    doubler = Doubler()

    async def run() -> list[int]:
        batcher = MicroBatcher[int, int](doubler)
        calls = [asyncio.create_task(batcher.submit(item)) for item in range(MAX_BATCH + 4)]
        await asyncio.sleep(0.05)  # the first item is with the thread, the others wait
        doubler.may_start.set()
        return await asyncio.gather(*calls)

    assert run_coroutine(run()) == [2 * item for item in range(MAX_BATCH + 4)]
    assert doubler.sizes == [1, MAX_BATCH, 3]


def test_one_items_exception_is_its_callers_alone() -> None:
    doubler = Doubler()
    doubler.may_start.set()

    async def run() -> list[int | BaseException]:
        batcher = MicroBatcher[int, int](doubler)
        calls = (batcher.submit(item) for item in (1, -1, 2))
        return await asyncio.gather(*calls, return_exceptions=True)

    first, second, third = run_coroutine(run())
    assert (first, third) == (2, 4)
    assert isinstance(second, ValueError)


def test_a_failed_batch_and_a_caller_who_gave_up_do_not_stop_the_next() -> None:
    doubler = Doubler()

    async def run() -> int:
        batcher = MicroBatcher[int, int](doubler)
        impatient = asyncio.create_task(batcher.submit(1))
        await asyncio.sleep(0.05)
        impatient.cancel()
        failing = asyncio.create_task(batcher.submit(99))
        doubler.may_start.set()
        with pytest.raises(RuntimeError, match="a whole batch failed"):
            await failing
        return await batcher.submit(3)

    assert run_coroutine(run()) == 6
