"""Exports the line reader: `python -m export.reader [--data DIR]`, some minutes on two cores.

Reads models/reader.pth. Writes models/reader.onnx in int8, with its operating point beside the
classifier models/model.onnx, and models/reader.json with its hash and figures, but only if all
figures stay within the limits of the gate. Otherwise nothing is written and the exit status is 1.
"""

import sys
from collections.abc import Sequence

from export import weights_command
from export.weights_command import Export


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    return weights_command.run("reader", __doc__, _load, arguments)


def _load() -> Export:
    from export.line_reader import export

    return export


if __name__ == "__main__":
    sys.exit(main())
