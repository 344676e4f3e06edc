"""Coroutines run even if an event loop already runs, as after a test with a browser."""

import asyncio

import pytest

from tests.support.coroutines import run_coroutine


async def double(number: int) -> int:
    await asyncio.sleep(0)
    return 2 * number


async def fail() -> None:
    raise ValueError("expected")


def test_a_coroutine_runs_inside_a_running_loop() -> None:
    async def outer() -> int:
        return run_coroutine(double(21))

    assert run_coroutine(outer()) == 42


def test_its_exception_is_raised() -> None:
    with pytest.raises(ValueError, match="expected"):
        run_coroutine(fail())


def test_one_that_hangs_is_ended() -> None:
    with pytest.raises(TimeoutError):
        run_coroutine(asyncio.sleep(60), timeout_seconds=0.01)
