"""`make attack` fails if others notice an attack, or if the server uses too much memory."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.benchmarks.attack import bystanders
from tests.benchmarks.attack.__main__ import failures
from tests.support.coroutines import run_coroutine

CALM: dict[str, Any] = {"stroke to reading, p95 s": 0.1, "small picture, p95 s": 0.1, "errors": []}


def results(
    during: dict[str, Any], totals: dict[str, float] | None = None, alive: bool = True
) -> dict[str, Any]:
    """The figures that the command writes for one attack."""
    after = CALM if alive else CALM | {"errors": ["ConnectionError"]}
    attack = {"before": CALM, "during": CALM | during, "after": after, "alive": alive}
    memory = {"peak MB": 300.0, "MB more than before": 10.0}
    return {"attacks": {"flood": attack}, **memory, **(totals or {})}


@pytest.mark.parametrize(
    "found, expected",
    [
        (results({}), []),
        (
            results({"stroke to reading, p95 s": 0.6}),
            ["flood: stroke to reading, p95 s: expected at most 0.5, got 0.6"],
        ),
        (
            results({"small picture, p95 s": None}),  # no answer at all
            ["flood: small picture, p95 s: expected at most 1.0, got None"],
        ),
        (
            results({"errors": ["429: Rate limit exceeded", "TimeoutError"]}),
            ["flood: expected answers for others, got 2: 429: Rate limit exceeded"],
        ),
        (
            results({}, alive=False),
            ["flood: expected answers afterwards, got ConnectionError"],
        ),
        (
            results({}, {"peak MB": 513.0, "MB more than before": 41.0}),
            [
                "peak MB: expected at most 512.0, got 513.0",
                "MB more than before: expected at most 40.0, got 41.0",
            ],
        ),
    ],
)
def test_what_is_beyond_the_bounds_is_said(found: dict[str, Any], expected: list[str]) -> None:
    assert failures(found) == expected


def test_a_refusal_of_the_program_is_no_fast_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    statuses = iter([200, 429, 503, 200])

    def answer(*_: object, **options: object) -> Any:
        return SimpleNamespace(status_code=next(statuses), text="refused")

    monkeypatch.setattr("requests.post", answer)
    waits, errors = run_coroutine(bystanders._program("http://127.0.0.1:1", 1.9))
    assert (len(waits), errors) == (2, ["429: refused", "503: refused"])
