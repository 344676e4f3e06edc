"""A visitor and a program who use the server while others attack it."""

import asyncio
import time
from typing import Any

import numpy as np
import requests

from tests.support.service import coded
from tests.support.visitors import by_protocol


async def watched(address: str, seconds: float) -> dict[str, Any]:
    """The 95th percentiles of a visitor's and a program's waits, and how often no answer came."""
    visitor, (waits, errors) = await asyncio.gather(
        by_protocol(address, 3, seconds), _program(address, seconds)
    )
    return {
        "stroke to reading, p95 s": _percentile(visitor.seconds),
        "small picture, p95 s": _percentile(waits),
        "errors": visitor.errors + visitor.wrong + errors,
    }


async def _program(address: str, seconds: float) -> tuple[list[float], list[str]]:
    """Sends a small picture twice a second; returns seconds and errors."""
    waits, errors, picture = [], [], coded(".png")
    end = time.monotonic() + seconds
    while (started := time.monotonic()) < end:
        headers = {"Content-Type": "image/png"}
        url = f"{address}/api/read"
        try:
            answer = await asyncio.to_thread(
                requests.post, url, picture, headers=headers, timeout=30
            )
        except requests.RequestException as error:
            errors.append(repr(error)[:200])
        else:
            if answer.status_code == 200:
                waits.append(time.monotonic() - started)
            else:  # a refusal is no fast answer
                errors.append(f"{answer.status_code}: {answer.text[:200]}")
        await asyncio.sleep(max(started + 0.5 - time.monotonic(), 0))
    return waits, errors


def _percentile(seconds: list[float]) -> float | None:
    return round(float(np.percentile(seconds, 95)), 3) if seconds else None
