"""Scores the answers of serving: `python -m train.evaluate.served [--data DIR]`, some minutes.

Gives whole inputs to the shipped recogniser without any hint, as programs do: digits, letters and
number strings of UNIPEN's validation writers as ink, by contributor; photographed sudokus, and
their cells; and MNIST's digits as pictures of 28 x 28 pixels. Writes models/served.json, with the
share of each that is answered rightly, where a "?" counts as wrong.

It uses MNIST's test file too, so run it once for a model, when nothing is left to decide.
"""

import sys
from collections.abc import Sequence
from typing import Any

from train.evaluate import command_line


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = command_line.parser("train.evaluate.served", __doc__, "models/served.json")
    command = parser.parse_args(arguments)

    # Imported late: PyTorch takes seconds, and --help does not need it.
    from app.recognizer import Recognizer
    from train.data.datasets import data_folder
    from train.data.download import DataError
    from train.evaluate import page_scores
    from train.evaluate.protocol import SUDOKU_PAGES
    from train.evaluate.served_scores import collect, score, sudoku_pages

    sets: dict[str, dict[str, Any]] = {}
    try:
        recognizer = Recognizer(command.model)
        folder = data_folder(command.data)
        for name, questions in collect(folder):
            sets[name] = score(recognizer, questions, name)
            _show(name, sets[name])
        if pages := sudoku_pages(folder):
            sets[SUDOKU_PAGES] = page_scores.score(recognizer, pages, SUDOKU_PAGES)
            _show(SUDOKU_PAGES, sets[SUDOKU_PAGES])
    except (DataError, OSError) as error:
        print(f"served: {error}", file=sys.stderr)
        return 1
    command_line.write(command, {"sets": sets})
    return 0


def _show(name: str, figures: dict[str, Any]) -> None:
    shares = (f"{key} {value}" for key, value in figures.items() if key != "by_contributor")
    print(f"{name:40}" + "  ".join(shares))


if __name__ == "__main__":
    sys.exit(main())
