"""Trains the networks: `python -m train [--data DIR] [--resume] ...`, see `--help`.

Makes a pool of glyphs (runs/pool, 3 GB), trains a teacher on it unless there is one
(runs/teacher), and then trains a student that learns from the labels and from the teacher. With
--distillation-weight 0 there is no teacher. Writes the student's weights to models/model.pth, and
config.json, metrics.jsonl, checkpoint.pth and PNGs of learning curves, confusions and worst
mistakes to the run folder.

This takes some hours on two cores. The minutes are written to trainings.json beside the weights.
The model card shows those of the shipped networks, and models/model.json has their accuracy.
"""

import sys
from collections.abc import Sequence

from train.config import parse


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    command = parse(arguments)

    # Imported late: PyTorch takes seconds, and --help does not need it.
    from train.data.download import DataError
    from train.engine.stages import train

    try:
        train(command)
    except (DataError, OSError, ValueError) as error:
        print(f"train: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
