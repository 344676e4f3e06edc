"""Pictures of a training run: learning curves, confusion matrix, the worst mistakes."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")  # a run writes files; there may be no screen

import matplotlib.pyplot as plt

from train.data import Digits
from train.evaluate import Score

WORST = 60  # mistakes on a sheet: what one looks at in a minute


def learning_curves(path: Path, metrics: Sequence[Mapping[str, float]]) -> None:
    """Training loss and validation error, in percent, over epochs, as a PNG."""
    epochs = [entry["epoch"] for entry in metrics]
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    left.plot(epochs, [entry["loss"] for entry in metrics])
    left.set(xlabel="epoch", ylabel="training loss")
    for name in ("mnist_validation", "pen_validation"):
        right.plot(epochs, [100 - entry[name] for entry in metrics], label=name.replace("_", " "))
    right.set(xlabel="epoch", ylabel="validation error, %", yscale="log")
    right.legend()
    figure.savefig(path, dpi=110)
    plt.close(figure)


def confusion(path: Path, title: str, score: Score) -> None:
    """Which digits were taken for which, as a PNG; right answers are left blank."""
    counts = score.confusion()
    wrong = counts.copy()
    wrong[range(10), range(10)] = 0
    figure, axes = plt.subplots(figsize=(5.5, 5.5), layout="constrained")
    axes.imshow(wrong, cmap="Reds", vmin=0, vmax=max(1, wrong.max()))
    for row, column in zip(*counts.nonzero(), strict=True):
        colour = "0.7" if row == column else "black"
        axes.text(column, row, counts[row, column], ha="center", va="center", color=colour)
    axes.set(
        title=f"{title}: {score.errors} of {len(score.labels)} misread",
        xlabel="read as",
        ylabel="digit",
        xticks=range(10),
        yticks=range(10),
    )
    figure.savefig(path, dpi=110)
    plt.close(figure)


def mistakes(path: Path, title: str, digits: Digits, score: Score) -> None:
    """The most confident mistakes, each with what it is and what was read, as a PNG."""
    worst = score.worst(WORST)
    rows = max(1, -(-len(worst) // 10))
    figure, grid = plt.subplots(rows, 10, figsize=(10, 1.25 * rows + 0.5), layout="constrained")
    figure.suptitle(f"{title}: digit → read as, {score.errors} of {len(score.labels)} misread")
    for axes in grid.flat:
        axes.axis("off")
    for index, axes in zip(worst, grid.flat, strict=False):
        axes.imshow(255 - digits.glyphs[index], cmap="gray", vmin=0, vmax=255)
        axes.set_title(f"{digits.labels[index]} → {score.predicted[index]}", fontsize=9)
    figure.savefig(path, dpi=110)
    plt.close(figure)
