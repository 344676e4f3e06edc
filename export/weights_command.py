"""The command that exports a network from its weights, for `export.finder` and `export.reader`."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

Export = Callable[[Path, Path, Path], None]  # weights, output folder, data folder


def run(
    name: str, description: str | None, load: Callable[[], Export], arguments: Sequence[str] | None
) -> int:
    """Runs the command `python -m export.NAME`. Returns the exit status.

    load: returns the function that exports. It imports PyTorch, which --help does not need.
    """
    parser = argparse.ArgumentParser(prog=f"python -m export.{name}", description=description)
    weights = Path("models", f"{name}.pth")
    parser.add_argument("--model", type=Path, default=weights, help="weights")
    parser.add_argument("--output", type=Path, default=Path("models"), help="folder written to")
    parser.add_argument("--data", metavar="DIR", help="data folder, else $DIGITS_DATA, else data/")
    command = parser.parse_args(arguments)

    export = load()
    from export.gate import GateError
    from train.data.datasets import data_folder
    from train.data.download import DataError

    try:
        export(command.model, command.output, data_folder(command.data))
    except (GateError, DataError, OSError, ValueError) as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 1
    return 0
