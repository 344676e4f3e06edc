"""Draws the PNGs of a training run and of what a network misreads.

Pictures that compare models are in train/evaluate/comparison_plots.py.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")  # writes files and needs no screen

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

from train.data.datasets import Digits
from train.evaluate.score import Score

WORST = 60  # mistakes on a sheet, which can be looked at in a minute
DPI = 110
_COLUMNS = 12


def learning_curves(path: Path, metrics: Sequence[Mapping[str, float]]) -> None:
    """The training loss and the validation error in percent over the epochs."""
    epochs = [entry["epoch"] for entry in metrics]
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    left.plot(epochs, [entry["loss"] for entry in metrics])
    left.set(xlabel="epoch", ylabel="training loss")
    for name in [key for key in metrics[-1] if key.endswith("_validation")]:
        right.plot(epochs, [100 - entry[name] for entry in metrics], label=name.replace("_", " "))
    right.set(xlabel="epoch", ylabel="validation error, %", yscale="log")
    right.legend()
    figure.savefig(path, dpi=DPI)
    plt.close(figure)


def confusion(path: Path, title: str, score: Score) -> None:
    """Which digits were read as which; correct readings are grey, and missing digits left out.

    title: the set, and the model if there are several.
    """
    counts = score.confusion()
    wrong = counts.copy()
    wrong[range(10), range(10)] = 0
    figure, axes = plt.subplots(figsize=(5.8, 5.8))
    axes.imshow(wrong, cmap="Reds", vmin=0, vmax=max(1, wrong.max()))
    for row, column in zip(*counts.nonzero(), strict=True):
        dark = wrong[row, column] > 0.6 * wrong.max()
        colour = "0.7" if row == column else "white" if dark else "black"
        axes.text(column, row, counts[row, column], ha="center", va="center", color=colour)
    axes.set(
        title=f"{title}: {score.errors} of {score.total} misread",
        xlabel="read as",
        ylabel="digit",
        xticks=range(10),
        yticks=range(10),
    )
    figure.savefig(path, dpi=DPI, bbox_inches="tight")
    plt.close(figure)


def mistakes(path: Path, title: str, digits: Digits, score: Score) -> None:
    """The most confident mistakes, each with the digit, what it was read as, and the confidence."""
    worst = score.worst(WORST)
    sure = score.probabilities[worst, score.predicted[worst]] if len(worst) else ()
    captions = [
        f"{score.labels[index]} → {score.predicted[index]} {100 * confidence:.0f} %"
        for index, confidence in zip(worst, sure, strict=True)
    ]
    title = f"{title}: digit → read as, confidence; {score.errors} of {score.total} misread"
    sheet(path, title, digits.glyphs[worst], captions)


def sheet(path: Path, title: str, glyphs: NDArray[np.uint8], captions: Sequence[str]) -> None:
    """Glyphs uint8 (n, 28, 28) in rows of twelve, dark on light, each below its caption."""
    rows = max(1, -(-len(glyphs) // _COLUMNS))
    figure, axes = plt.subplots(figsize=(11, 1.25 * rows + 0.4))
    canvas = np.full((rows * 38, _COLUMNS * 34), 255, np.uint8)  # a tile is 38 high, 34 wide
    for number, (glyph, caption) in enumerate(zip(glyphs, captions, strict=True)):
        top, left = number // _COLUMNS * 38 + 9, number % _COLUMNS * 34 + 3
        canvas[top : top + 28, left : left + 28] = 235 - (glyph * (235 / 255)).astype(np.uint8)
        axes.text(left + 13.5, top - 1.5, caption, ha="center", va="bottom", fontsize=7.5)
    axes.imshow(canvas, cmap="gray", vmin=0, vmax=255)
    axes.axis("off")
    axes.set_title(title, fontsize=11)
    figure.savefig(path, dpi=DPI, bbox_inches="tight", pad_inches=0.1)
    plt.close(figure)
