"""Scores the answers of serving: `python -m train.evaluate.served [--data DIR]`, some minutes.

Gives whole inputs to the shipped recogniser without any hint, as programs do: digits, letters and
number strings of UNIPEN's validation writers as ink, by contributor; cells of photographed sudokus;
and MNIST's digits as pictures of 28 x 28 pixels. Writes models/served.json, with the share of each
that is answered rightly, where a "?" counts as wrong.

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
    from train.evaluate.served_scores import collect, score

    sets: dict[str, dict[str, Any]] = {}
    try:
        recognizer = Recognizer(command.model)
        for name, questions in collect(data_folder(command.data)):
            sets[name] = score(recognizer, questions, name)
            shares = {key: value for key, value in sets[name].items() if key != "by_contributor"}
            print(f"{name:40}" + "  ".join(f"{key} {value}" for key, value in shares.items()))
    except (DataError, OSError) as error:
        print(f"served: {error}", file=sys.stderr)
        return 1
    command_line.write(command, {"sets": sets})
    return 0


if __name__ == "__main__":
    sys.exit(main())
