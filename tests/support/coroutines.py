"""Coroutines for tests that are plain functions."""

import asyncio
from collections.abc import Awaitable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


def run_coroutine(coroutine: Awaitable[T], timeout_seconds: float = 240) -> T:
    """Runs a coroutine in a thread of its own and returns its result or raises its exception.

    asyncio.run fails in a process where a test has used a browser, because Playwright keeps an
    event loop running in the main thread. Raises TimeoutError when the coroutine takes too long.
    """
    result: Future[T] = Future()

    def call() -> None:
        try:
            result.set_result(asyncio.run(asyncio.wait_for(coroutine, timeout_seconds)))
        except BaseException as error:  # pytest.fail raises no Exception
            result.set_exception(error)

    Thread(target=call, daemon=True).start()
    return result.result()
