"""Whether an exported model is worse than the one that is there, set by set."""

from collections.abc import Iterator, Mapping
from math import sqrt
from typing import Any, Final, NamedTuple

from train.evaluate.text_table import to_columns

CLEARLY: Final = 2.0  # standard errors

Figures = Mapping[str, Any]  # the "int8" of a model.json


class Difference(NamedTuple):
    """A figure of both models in percent, the higher the better.

    error: the standard error of new - old if they were measured on separate examples; as they are
    measured on the same ones, at most that.
    """

    name: str
    old: float
    new: float
    error: float

    @property
    def is_clearly_worse(self) -> bool:
        return self.new - self.old < -CLEARLY * self.error


def compare(old: Figures, new: Figures) -> list[Difference]:
    """Every figure that both have: of each set of digits, and of what is not a digit."""
    differences = []
    of_old = dict(_shares(old))
    for name, (share, count) in _shares(new):
        if name in of_old:
            old_share, old_count = of_old[name]
            error = sqrt(_variance(old_share, old_count) + _variance(share, count))
            differences.append(Difference(name, old_share, share, error))
    return differences


def report(differences: list[Difference]) -> str:
    """The differences as a table, and below it which sets the new model reads worse."""
    rows = [["", "old, %", "new, %", "difference", "standard error", ""]]
    for each in differences:
        verdict = "worse" if each.is_clearly_worse else ""
        change = f"{each.new - each.old:+.2f}"
        rows.append([each.name, f"{each.old:.2f}", f"{each.new:.2f}", change, f"{each.error:.2f}"])
        rows[-1].append(verdict)
    worse = [each.name for each in differences if each.is_clearly_worse]
    if worse:
        said = f"The new model is clearly worse than the current one on: {'; '.join(worse)}."
    else:
        said = "The new model is not clearly worse than the current one on any set."
    return f"{to_columns(rows)}\n{said}"


def _shares(figures: Figures) -> Iterator[tuple[str, tuple[float, int]]]:
    """The shares in percent with the number of examples, by name."""
    for name, values in figures.get("sets", {}).items():
        yield f"{name}, likeliest digit right", (values["accuracy"], values["n"])
        if "answered_rightly" in values:
            yield f"{name}, answered rightly", (values["answered_rightly"], values["n"])
    for name, values in figures.get("not_a_digit", {}).get("sets", {}).items():
        if values.get("refused_at_own_threshold") is not None:
            yield f"{name}, refused", (values["refused_at_own_threshold"], values["n"])


def _variance(percent: float, count: int) -> float:
    """Of a share in percent; one more success and failure keep a perfect share from having none."""
    share = (count * percent / 100 + 1) / (count + 2)
    return 100**2 * share * (1 - share) / (count + 2)
