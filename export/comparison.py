"""Compares an exported model with the current one, set by set."""

from collections.abc import Iterator, Mapping
from math import sqrt
from typing import Any, Final, NamedTuple

from train.evaluate.text_table import to_columns

CLEARLY: Final = 2.0  # standard errors

Figures = Mapping[str, Any]  # the "int8" of a model.json


class Difference(NamedTuple):
    """A figure of both models in percent; higher is better.

    error: an upper bound of the standard error of new - old, computed as if the two were measured
    on different examples.
    """

    name: str
    old: float
    new: float
    error: float

    @property
    def is_clearly_worse(self) -> bool:
        return self.new - self.old < -CLEARLY * self.error


def compare(old: Figures, new: Figures) -> list[Difference]:
    """Every figure that both models have, of sets of digits and of negatives."""
    differences = []
    of_old = dict(_shares(old))
    for name, (share, count) in _shares(new):
        if name in of_old:
            old_share, old_count = of_old[name]
            error = sqrt(_variance(old_share, old_count) + _variance(share, count))
            differences.append(Difference(name, old_share, share, error))
    return differences


def report(differences: list[Difference]) -> str:
    """The differences as a table, and below it the sets that the new model reads worse."""
    rows = [["", "old, %", "new, %", "difference", "standard error", ""]]
    for each in differences:
        verdict = "worse" if each.is_clearly_worse else ""
        change = f"{each.new - each.old:+.2f}"
        rows.append([each.name, f"{each.old:.2f}", f"{each.new:.2f}", change, f"{each.error:.2f}"])
        rows[-1].append(verdict)
    worse = [each.name for each in differences if each.is_clearly_worse]
    if worse:
        summary = f"The new model is clearly worse than the current one on: {'; '.join(worse)}."
    else:
        summary = "The new model is not clearly worse than the current one on any set."
    return f"{to_columns(rows)}\n{summary}"


def _shares(figures: Figures) -> Iterator[tuple[str, tuple[float, int]]]:
    """The shares in percent by name, with the number of their examples."""
    for name, values in figures.get("sets", {}).items():
        yield f"{name}, likeliest digit right", (values["accuracy"], values["n"])
        if "answered_rightly" in values:
            yield f"{name}, answered rightly", (values["answered_rightly"], values["n"])
    for name, values in figures.get("not_a_digit", {}).get("sets", {}).items():
        if values.get("refused_at_own_threshold") is not None:
            yield f"{name}, refused", (values["refused_at_own_threshold"], values["n"])


def _variance(percent: float, count: int) -> float:
    """The variance of a share in percent, with one more success and one more failure.

    Without these, a perfect share would have none.
    """
    share = (count * percent / 100 + 1) / (count + 2)
    return 100**2 * share * (1 - share) / (count + 2)
