"""The table of what others notice of attacks, from what `make attack` measured."""

from collections.abc import Mapping
from typing import Any

from train.evaluate.text_table import to_markdown

Figures = Mapping[str, Any]  # what a file in models/ holds; empty before it was measured


def attacks(attack: Figures, guards: Figures) -> str:
    """A row for each attack, and what the guards cost if that has been measured.

    Errors and refusals of others during an attack are counted behind its name.

    attack, guards: from tests.benchmarks.attack and tests.benchmarks.guards.
    """
    if not attack:
        return "Not measured yet: `make attack`."
    rows = [["attack", "stroke to reading, p95 s", "small picture, p95 s", "at most MB"]]
    for name, result in attack["attacks"].items():
        rows.append(
            [
                name + _errors(result),
                _phases(result, "stroke to reading, p95 s"),
                _phases(result, "small picture, p95 s"),
                f"{result['peak MB']:.0f}",
            ]
        )
    memory = (
        f"The server took {attack['MB before']:.0f} MB before the first attack, and"
        f" {attack['MB after the rest']:.0f} MB {attack['seconds of rest']:.0f} s after the last."
    )
    return f"{to_markdown(rows)}\n\n{memory} {_guards(guards)}"


def _guards(guards: Figures) -> str:
    """A sentence about what the guards cost, measured or not."""
    if not guards:
        return (
            "What the guards cost has not been measured yet: `python -m tests.benchmarks.guards`."
        )
    cost = guards["cost"]
    return (
        f"All guards together cost {100 * cost['of strokes']:.1f} % of the strokes that a core"
        f" reads a second, and {100 * cost['of a picture']:.1f} % of the time of a small picture."
    )


def _errors(result: Figures) -> str:
    """How many errors and refusals others got during an attack, if there were any."""
    count = len(result["during"]["errors"])
    return f" ({count} errors of others)" if count else ""


def _phases(result: Figures, what: str) -> str:
    """A figure before, during and after the attack; a dash where nothing was answered."""
    seconds = [result[phase][what] for phase in ("before", "during", "after")]
    return ", ".join("-" if each is None else f"{each:.2f}" for each in seconds)
