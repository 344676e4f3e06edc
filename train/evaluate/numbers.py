"""Scores whole numbers: `python -m train.evaluate.numbers [--data DIR]`, about ten minutes.

Composes numbers of the held-back writers' digits (train.render.numbers): spaced, tight, with
different heights, with small zeros, and with zeros and other digits in one stroke. The shipped
recogniser reads them, and single digits, as strokes, as bitmaps, and some as photographs. Writes
models/numbers.json: the shares that are read exactly, wrongly and without "?", with the right
number of digits, and with too many, and the time for each on one thread.
"""

import platform
import sys
from collections.abc import Sequence
from typing import Final

from train.evaluate import command_line

COUNT: Final = 500  # numbers of each kind


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = command_line.parser("train.evaluate.numbers", __doc__, "models/numbers.json")
    parser.add_argument("--count", type=int, default=COUNT, help="numbers of each kind")
    command = parser.parse_args(arguments)

    # Imported late: PyTorch takes seconds, and --help does not need it.
    from train.data.download import DataError
    from train.evaluate.number_scores import score

    try:
        recognizer, ink = command_line.load(command)
    except DataError as error:
        print(f"numbers: {error}", file=sys.stderr)
        return 1
    sets = score(recognizer, ink, command.count)
    for name, figures in sets.items():
        print(f"{name:36}" + "  ".join(f"{key} {value}" for key, value in figures.items()))
    python = platform.python_version()
    command_line.write(command, {"count": command.count, "python": python, "sets": sets})
    return 0


if __name__ == "__main__":
    sys.exit(main())
