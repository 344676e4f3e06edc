"""What each part of the training data is worth: `python -m train.ablation [--data DIR]`.

Trains the student without a teacher and briefly on everything, then on everything but one part,
each scored on the validation sets. Keeps what it has in runs/ablation/ablation.json, so that no
variant is trained twice; at the end writes models/ablation.json and prints the table.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import torch
from tqdm import tqdm

from train.config import Config
from train.data import data_folder, load_mnist, load_omniglot, load_pendigits
from train.download import DataError, place
from train.evaluate import run
from train.loop import Validation, fit
from train.measures import measure
from train.mixture import Sources, draw
from train.outliers import split
from train.pool import Pool
from train.scorers import load_model
from train.sets import Collection, Wanted, collect

BASE: Final = Config(epochs=4, rounds=2, distill=0.0)
WITHOUT: Final[dict[str, dict[str, Any]]] = {
    "everything": {},
    "no photographs": {"photographs": 0},
    "no redrawn MNIST": {"repen": 0.0},
    "pen digits once a round": {"pen_repeats": 1},
    "no poor pictures": {"degrade": 0.0, "noise": 0.0},
    "nothing wide": {"wide": 0.0},
    "no elastic, no thickness": {"elastic": 0.0, "thickness": 0.0},
    "no rotation, scale, slant, shift": {"rotate": 0.0, "scale": 0.0, "shear": 0.0, "shift": 0.0},
    "half the outliers": {"outliers": 8_000},
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m train.ablation", description=__doc__)
    parser.add_argument("--data", metavar="DIR", help="data folder, else $DIGITS_DATA, else data/")
    parser.add_argument("--output", type=Path, default=Path("runs/ablation"), help="folder")
    parser.add_argument(
        "--figures", type=Path, default=Path("models/ablation.json"), help="for the model card"
    )
    parser.add_argument("--seed", type=int, default=0, help="of every variant")
    flags = parser.parse_args(arguments)
    try:
        found = ablate(data_folder(flags.data), flags.output, flags.seed)
        place(flags.figures, (json.dumps(found, indent=2) + "\n").encode())
        print(table(found))
    except (DataError, OSError, ValueError) as error:
        print(f"ablation: {error}", file=sys.stderr)
        return 1
    return 0


def ablate(folder: Path, output: Path, seed: int) -> dict[str, Any]:
    """The figures of every variant; trains and scores those that the output folder lacks."""
    mnist, pen = load_mnist(folder), load_pendigits(folder)
    sources = Sources(mnist.train, pen.train, split(load_omniglot(folder)).train)
    validation = Validation(mnist.validation, draw(pen.validation))
    collection = collect(Wanted(folder))
    kept = output / "ablation.json"
    found: dict[str, Any] = json.loads(kept.read_text()) if kept.is_file() else {}
    for name, changes in tqdm(WITHOUT.items(), "variants"):
        if name in found:
            continue
        config = replace(BASE, seed=seed, **changes)
        weights = _trained(config, sources, validation, output)
        found[name] = _scored(weights, collection) | {"changes": changes}
        part = kept.with_name(kept.name + ".part")
        part.write_text(json.dumps(found, indent=2) + "\n")
        os.replace(part, kept)
    return found


def _trained(config: Config, sources: Sources, validation: Validation, output: Path) -> Path:
    pool = Pool(sources, config, output / "pool")
    pool.prepare(os.cpu_count() or 1)
    run_folder = output / config.run_id()
    weights = run_folder / "model.pth"
    fit(config, pool, validation, None, run_folder, weights, torch.device("cpu"), resume=True)
    pool.clear()
    return weights


def _scored(weights: Path, collection: Collection) -> dict[str, float]:
    """The figures of a variant, in percent; AUROC in [0, 1]."""
    measured = measure(
        run(load_model(weights), weights.parent.name, collection), [*collection.corrupted]
    )
    figures = {name: measured["sets"][name]["accuracy"] for name in collection.sets}
    figures["corruptions"] = measured["mean_accuracy"]["all corruptions"]
    figures["not-a-digit AUROC"] = measured["not_a_digit"]["mean_auroc"]
    return figures


def table(found: dict[str, Any]) -> str:
    """Markdown: a row a variant, a column a figure; nothing without variants."""
    if not found:
        return "Not measured yet: `python -m train.ablation`."
    names = [name for name in next(iter(found.values())) if name != "changes"]
    lines = ["| trained on | " + " | ".join(names) + " |", "| --- " + "| ---: " * len(names) + "|"]
    for variant, figures in found.items():
        cells = [
            f"{figures[name]:.4f}" if "AUROC" in name else f"{figures[name]:.2f} %"
            for name in names
        ]
        lines.append("| " + " | ".join([variant, *cells]) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
