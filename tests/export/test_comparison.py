"""Whether a new model is said to be worse than the old one."""

from typing import Any

import pytest

from export.comparison import compare, report


def figures(accuracy: float, answered: float | None = None, n: int = 10_000) -> dict[str, Any]:
    values: dict[str, Any] = {"n": n, "accuracy": accuracy}
    if answered is not None:
        values["answered_rightly"] = answered
    return {"sets": {"digits": values}}


@pytest.mark.parametrize(
    "old, new, count, is_worse",
    [
        (99.0, 98.0, 10_000, True),  # seven standard errors
        (99.0, 98.9, 10_000, False),  # less than one
        (99.0, 98.0, 100, False),  # one digit of a hundred
        (99.0, 99.5, 10_000, False),  # better
        (100.0, 100.0, 5, False),
        (100.0, 0.0, 5, True),
    ],
)
def test_worse_is_what_chance_does_not_explain(
    old: float, new: float, count: int, is_worse: bool
) -> None:
    (difference,) = compare(figures(old, n=count), figures(new, n=count))
    assert difference.is_clearly_worse == is_worse
    assert ("clearly worse than the current one on:" in report([difference])) == is_worse


def test_the_standard_error_is_that_of_two_shares() -> None:
    (difference,) = compare(figures(99.0), figures(98.0))
    # sqrt(0.99 * 0.01 / 10,000 + 0.98 * 0.02 / 10,000), in percent
    assert difference.error == pytest.approx(0.172, abs=0.001)
    line = " ".join(report([difference]).splitlines()[1].split())
    assert line == "digits, likeliest digit right 99.00 98.00 -1.00 0.17 worse"


def test_only_what_both_have_is_compared() -> None:
    """An older description has no shares of answers, and other sets."""
    new = figures(98.0, answered=97.0)
    new["sets"]["more digits"] = new["sets"]["digits"]
    assert [each.name for each in compare(figures(99.0), new)] == ["digits, likeliest digit right"]
    both = compare(figures(99.0, answered=98.9), new)
    assert [each.name for each in both][1] == "digits, answered rightly"
    assert (both[1].old, both[1].new) == (98.9, 97.0)


def test_letters_that_are_refused_are_compared() -> None:
    old, new = (
        {"not_a_digit": {"sets": {"letters": {"n": 1000, "refused_at_own_threshold": share}}}}
        for share in (90.0, 80.0)
    )
    (difference,) = compare(old, new)
    assert difference.name == "letters, refused"
    assert difference.is_clearly_worse
    assert report(compare(new, old)).endswith("not clearly worse than the current one on any set.")
