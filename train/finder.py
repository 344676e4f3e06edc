"""Trains the ink finder: `python -m train.finder [--data DIR]`, see `--help`.

Renders sheets of paper from the training digits, trains a small U-Net to find the ink on them, and
writes models/finder.pth. `python -m train` comes after it and finds the ink of its photographs with
it. This takes about half an hour on two cores. The minutes are written to trainings.json beside the
weights, and so is a checkpoint after each epoch, from which --resume goes on.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import fields
from os import cpu_count
from pathlib import Path

from train.engine.finder_settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    command, settings = _parse(arguments)

    # Imported late: PyTorch takes seconds, and --help does not need it.
    from train.data.datasets import data_folder
    from train.data.download import DataError
    from train.data.sources import load_sources
    from train.engine.device import pick_device
    from train.engine.finder_loop import fit, make_sheets, stored_settings
    from train.engine.trainings import Stopwatch, record
    from train.networks.unet import save

    try:
        device = pick_device(command.device)
        sources = load_sources(data_folder(command.data)).train
        watch = Stopwatch("train.finder", settings, device)
        with watch.step("rendering sheets"):
            sheets = make_sheets(sources, settings, command.workers)
        checkpoint = command.output.with_suffix(".checkpoint.pth")
        with watch.step("training"):
            network = fit(sheets, settings, device, checkpoint, command.resume)
        save(command.output, network, stored_settings(settings))
        earlier = [Path(settings.start)] if settings.start else []
        record(command.output, watch.trainings, earlier)
        checkpoint.unlink()
    except (DataError, OSError, ValueError) as error:
        print(f"finder: {error}", file=sys.stderr)
        return 1
    print(f"wrote {command.output}")
    return 0


def _parse(arguments: Sequence[str] | None) -> tuple[argparse.Namespace, Settings]:
    parser = argparse.ArgumentParser(
        prog="python -m train.finder",
        description="Trains the U-Net that finds ink in photographs, on rendered sheets of paper.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--data", metavar="DIR", help="data folder, else $DIGITS_DATA, else data/")
    parser.add_argument(
        "--output", type=Path, default=Path("models/finder.pth"), help="where the weights go"
    )
    parser.add_argument("--resume", action="store_true", help="go on after the last whole epoch")
    parser.add_argument("--workers", type=int, default=cpu_count() or 1, help="making sheets")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    for entry in fields(Settings):
        flag = "--" + entry.name.replace("_", "-")
        meaning = entry.metadata["meaning"]
        parser.add_argument(flag, type=type(entry.default), default=entry.default, help=meaning)
    command = parser.parse_args(arguments)
    if command.keep and not command.start:
        parser.error("--keep: expected weights to --start from, got none")
    names = [entry.name for entry in fields(Settings)]
    return command, Settings(**{name: getattr(command, name) for name in names})


if __name__ == "__main__":
    sys.exit(main())
