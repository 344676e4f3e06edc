"""Measures whether correcting helps: `python -m train.evaluate.corrections`, about a minute.

Draws the held-back writers' digits again, as the same writers might (train.augment.strokes varies
the strokes), and corrects those that the shipped model misreads. After each of up to three
corrections of a digit, it counts how many of its drawings are still misread, and how many of the
writer's other drawings, which were read correctly, now are. Writes models/memory.json.
"""

import json
import sys
from collections.abc import Sequence

from train.evaluate import command_line


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = command_line.parser("train.evaluate.corrections", __doc__, "models/memory.json")
    command = parser.parse_args(arguments)

    # Imported late: PyTorch takes seconds, and --help does not need it.
    from train.data.download import DataError
    from train.evaluate.correction_scores import score

    try:
        recognizer, ink = command_line.load(command)
    except DataError as error:
        print(f"corrections: {error}", file=sys.stderr)
        return 1
    figures = score(recognizer, ink)
    print(json.dumps(figures, indent=2))
    command_line.write(command, figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
