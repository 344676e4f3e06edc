"""Markdown tables of what users get: answers, refusals, and calibration on other collections.

A "?" counts as wrong. The figures are those of models/served.json (python -m train.evaluate.served)
and of models/model.json.
"""

from collections.abc import Mapping
from typing import Any, Final

from train.evaluate import protocol
from train.evaluate.text_table import to_markdown

Figures = Mapping[str, Any]  # the content of a file in models/

UNMEASURED: Final = "not measured yet"
_KEYS: Final = (
    *("answered_rightly", "likeliest_right", "refused", "doubtful", "wrong_without_doubt"),
)
_ANSWERS: Final = (
    *("answered rightly", "likeliest digit right", "refused", "doubtful", "wrong without doubt"),
)
SERVED: Final = {
    protocol.UNIPEN_DRAWINGS: "single digits of UNIPEN's validation writers, as ink",
    protocol.UNIPEN_CHARACTERS: "the same, each read as a single character",
    protocol.NUMBER_STRINGS: "numbers without signs, as UNIPEN's validation writers wrote them",
    protocol.SIGNED_STRINGS: "their dates, times and telephone numbers, with signs, as ink",
    protocol.UNIPEN_LETTERS: "letters and signs of validation writers that no digit looks like",
    protocol.TEST_PICTURES: "MNIST's test set as pictures of 28 x 28 pixels",
    protocol.MNIST_PICTURES: "MNIST's validation set as pictures of 28 x 28 pixels",
    protocol.SUDOKU_CELLS: "cells of photographed sudokus, in pencil, with their lines",
    protocol.SUDOKU_PAGES: "digits on photographs of four whole sudokus, by their order",
}


def summary(model: Figures, served: Figures, bench: Figures) -> str:
    """The most important figures of the shipped model, beginning with real writing."""
    rows = [["", "examples", "answered rightly", "answered with `?`"]]
    test = model["int8"]["sets"].get(protocol.UNIPEN_TEST, {})
    rows.append(_short_row("single digits of UNIPEN's test writers, as ink", test))
    for name in (protocol.NUMBER_STRINGS, protocol.SIGNED_STRINGS, protocol.TEST_PICTURES):
        rows.append(_short_row(SERVED[name], served.get("sets", {}).get(name, {})))
    glyphs = model["int8"]["sets"].get(protocol.TEST, {})
    rows.insert(4, _short_row("MNIST's test set as glyphs", glyphs))
    letters = served.get("sets", {}).get(protocol.UNIPEN_LETTERS, {})
    rows.append(_short_row(SERVED[protocol.UNIPEN_LETTERS], letters))
    return f"{to_markdown(rows)}\n\n{_time(bench)}"


def answers(served: Figures) -> str:
    """Every set of whole inputs."""
    rows = [["asked as the API is by default", "n", *_ANSWERS]]
    for name, title in SERVED.items():
        if name in served.get("sets", {}):
            rows.append(_row(title, served["sets"][name]))
    return _table(rows, "python -m train.evaluate.served")


def contributors(model: Figures, served: Figures) -> str:
    """UNIPEN's digits by contributor; each had other writers, tablets and forms."""
    rows = [["UNIPEN's contributor", "n", *_ANSWERS]]
    drawings = served.get("sets", {}).get(protocol.UNIPEN_DRAWINGS, {})
    for name, figures in drawings.get("by_contributor", {}).items():
        rows.append(_row(f"{name}, validation writers", figures))
    test = model["int8"]["sets"].get(protocol.UNIPEN_TEST, {})
    for name, figures in test.get("by_contributor", {}).items():
        rows.append(_row(f"{name}, test writers, each read as a single character", figures))
    return _table(rows, "python -m train.evaluate.served")


def cross_fitted(model: Figures) -> str:
    """Each collection at the operating point that was fitted on the other collections."""
    header = ["left out", "n", "answered rightly", "refused", "doubtful", "calibration error"]
    rows = [[*header, "temperature", "threshold"]]
    for name, figures in model["int8"].get("cross_fitted", {}).items():
        shares = [figures[key] for key in ("answered_rightly", "refused", "doubtful")]
        error = 100 * figures["expected_calibration_error"]
        rows.append(
            [
                name,
                f"{figures['n']:,}",
                *(f"{share:.2f} %" for share in (*shares, error)),
                f"{figures['temperature']:.2f}",
                f"{figures['threshold']:.2f}",
            ]
        )
    return _table(rows, "python -m export.score")


def _row(title: str, figures: Figures) -> list[str]:
    """The row of a set; figures that it does not have are left empty."""
    values = {"likeliest_right": figures.get("accuracy"), **figures}
    shares = ["" if values.get(key) is None else f"{values[key]:.2f} %" for key in _KEYS]
    return [title, f"{figures['n']:,}", *shares]


def _short_row(title: str, figures: Figures) -> list[str]:
    if "refused" not in figures:
        return [title, "", UNMEASURED, ""]
    right = figures.get("answered_rightly")  # what is not a digit has no right answer but "?"
    shares = ["" if share is None else f"{share:.2f} %" for share in (right, figures["refused"])]
    return [title, f"{figures['n']:,}", *shares]


def _time(bench: Figures) -> str:
    if not bench:
        return "The time from strokes to reading has not been measured yet: `make bench`."
    time = bench["strokes to reading"]["one digit"]
    return f"From strokes to reading, one digit takes {time:.0f} µs on one CPU core."


def _table(rows: list[list[str]], command: str) -> str:
    return to_markdown(rows) if len(rows) > 1 else f"Not measured yet: `{command}`."
