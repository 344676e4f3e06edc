"""Scores models side by side: `python -m train.evaluate MODEL... [--data DIR] [--output DIR]`.

A model is weights written by train (.pth), an ONNX file written by export, or another's ONNX file
that reads 28 x 28 glyphs. All go through one path: the same glyphs in, logits out. Writes every
figure to DIR/evaluation.json and a page of pictures to DIR/index.html. MNIST validation comes
from MNIST's training file, so a model from elsewhere has probably seen it; --test is fair to all.

Two models on 5,000 MNIST digits under 21 corruptions, 1,499 pen digits and the rest took 70
seconds beside other work on two cores (ONNX Runtime 1.32); --quick, 500 of each set, 35.
"""

import argparse
import json
import platform
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from app.inference.session import WrongModel
from train.data.datasets import Digits, data_folder
from train.data.download import DataError
from train.evaluate.calibration import not_digit_scores
from train.evaluate.metrics import Result, measure
from train.evaluate.models import Model, load_model, names
from train.evaluate.page import write_page
from train.evaluate.score import Score
from train.evaluate.sets import Collection, Wanted, collect
from train.evaluate.tables import evaluation_rows
from train.evaluate.text_table import to_columns

OUTPUT: Final = Path("runs/evaluation")
_CHUNK: Final = 500  # glyphs between two steps of the bar


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    flags = _parse(arguments)
    wanted = Wanted(data_folder(flags.data), flags.test, flags.test_writers, flags.quick)
    try:
        models = dict(zip(names(flags.models), map(load_model, flags.models), strict=True))
        collection = collect(wanted)
        results = {name: run(model, name, collection) for name, model in models.items()}
        flags.output.mkdir(parents=True, exist_ok=True)
        figures = evaluation(results, collection, wanted)
        path = flags.output / "evaluation.json"
        path.write_text(json.dumps(figures, indent=2, allow_nan=False) + "\n", "utf-8")
        rows = evaluation_rows(figures)
        print(to_columns(rows))
        for name, reason in collection.skipped.items():
            print(f"left out: {name} ({reason})")
        page = write_page(flags.output, rows, results, collection)
    except (WrongModel, DataError, OSError) as error:
        print(f"evaluate: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    print(f"wrote {path} and {page}")
    return 0


def run(model: Model, name: str, collection: Collection) -> Result:
    """What a model makes of every set, under a bar with its name."""
    sets = collection.everything()
    total = sum(len(one.digits.labels) + len(one.others) for one in sets.values())
    total += sum(len(glyphs) for glyphs in collection.outliers.values())
    with tqdm(total=total, desc=name, unit=" glyphs", leave=False) as bar:

        def logits(glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
            if not len(glyphs):
                return np.zeros((0, 10), np.float32)
            parts = []
            for start in range(0, len(glyphs), _CHUNK):
                parts.append(model.logits(glyphs[start : start + _CHUNK]))
                bar.update(len(parts[-1]))
            return np.concatenate(parts)

        scores, read = {}, {}
        for key, one in sets.items():
            glyphs = np.concatenate([one.digits.glyphs, one.others])
            every = logits(glyphs)
            rows = best_looks(every, one.owners, model.threshold)
            read[key] = Digits(glyphs[rows], one.digits.labels)
            scores[key] = Score(every[rows], one.digits.labels, one.missing, model.temperature)
        outliers = {key: logits(glyphs) for key, glyphs in collection.outliers.items()}
    return Result(model, scores, outliers, read)


def best_looks(
    logits: NDArray[np.float32], owners: NDArray[np.int64], threshold: float | None
) -> NDArray[np.int64]:
    """Which row of the logits each digit is read by, int64 (n,), as serving chooses.

    logits: (n + m, 10 or 11), first those of the first look at each of n digits, then those of
    other looks, whose digits are owners (m,). The first look counts unless it is refused; then
    the first one that is not, or else the least strange one.
    """
    count = len(logits) - len(owners)
    rows = np.arange(count)
    if threshold is None or not len(owners):
        return rows
    scores = not_digit_scores(logits)
    for digit in np.flatnonzero(scores[:count] > threshold):
        ways = np.concatenate([[digit], count + np.flatnonzero(owners == digit)])
        accepted = ways[scores[ways] <= threshold]
        rows[digit] = accepted[0] if len(accepted) else ways[scores[ways].argmin()]
    return rows


def evaluation(
    results: Mapping[str, Result], collection: Collection, wanted: Wanted
) -> dict[str, Any]:
    """Every figure, as it goes into JSON."""
    corrupted = list(collection.corrupted)
    return {
        "quick": wanted.quick,
        "corrupted_from": collection.corrupted_from,
        "left_out": collection.skipped,
        "sets": list(collection.sets),
        "corruptions": corrupted,
        "models": {name: measure(result, corrupted) for name, result in results.items()},
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "onnxruntime": onnxruntime.__version__,
            "torch": torch.__version__,
        },
    }


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m train.evaluate",
        description="Scores models side by side and draws what they misread.",
    )
    parser.add_argument("models", nargs="+", type=Path, metavar="MODEL", help=".pth or .onnx")
    parser.add_argument("--data", metavar="DIR", help="data folder, else $DIGITS_DATA, else data/")
    parser.add_argument(
        "--output", type=Path, default=OUTPUT, metavar="DIR", help=f"where to write, else {OUTPUT}"
    )
    parser.add_argument(
        "--test",
        action="store_true",
        help="read MNIST's test file too and corrupt that; for the end of development only",
    )
    parser.add_argument(
        "--test-writers",
        type=Path,
        metavar="FILE",
        help="ink to add: UNIPEN text such as UCI's pendigits-orig.tes, or corrections.jsonl",
    )
    parser.add_argument("--quick", action="store_true", help="500 of each set")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
