"""Exports the ink finder: `python -m export.finder [--data DIR]`, about two minutes on two cores.

Reads models/finder.pth. Writes models/finder.onnx in int8, and models/finder.json with its hash and
figures, but only if all figures stay within the limits of the gate. Otherwise nothing is written
and the exit status is 1.
"""

import sys
from collections.abc import Sequence

from export import weights_command
from export.weights_command import Export


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    return weights_command.run("finder", __doc__, _load, arguments)


def _load() -> Export:
    from export.unet import export

    return export


if __name__ == "__main__":
    sys.exit(main())
