"""Draws the PNGs of an evaluation: models side by side, and examples of the sets."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import cv2
import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

from app.ink.resize import reduce_to_side
from train.evaluate.calibration import Doubles, reliability
from train.evaluate.collection import Example
from train.evaluate.evaluation import Result
from train.evaluate.operating_point import common_threshold
from train.evaluate.protocol import CALIBRATED
from train.evaluate.run_plots import DPI

_SHOWN: Final = 14  # glyphs of each kind
_TILE: Final = 140  # pixels along a photograph on its sheet


def corruption_bars(
    path: Path, names: Sequence[str], accuracies: Mapping[str, Sequence[float]]
) -> None:
    """Accuracy in percent under each corruption, with a bar for each model; the lowest on top.

    names: of the corruptions. accuracies: by model, in the order of names.
    """
    order = np.argsort(np.mean(list(accuracies.values()), axis=0))[::-1]
    height = 0.8 / len(accuracies)
    rows = np.arange(len(names))
    size = (9, 1 + len(names) * (0.18 + 0.14 * len(accuracies)))
    figure, axes = plt.subplots(figsize=size)
    for number, (model, values) in enumerate(accuracies.items()):
        offset = (len(accuracies) - 1) / 2 - number  # the first model is the upper bar
        bars = axes.barh(
            rows + offset * height, np.array(values)[order], height * 0.92, label=model
        )
        axes.bar_label(bars, fmt="%.1f", fontsize=7, padding=2)
    axes.set_yticks(rows, [names[index] for index in order])
    axes.set(xlabel="read correctly, %", xlim=(0, 106))
    axes.set_title("Accuracy under corruptions of MNIST", loc="left")
    axes.margins(y=0.01)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False)
    figure.savefig(path, dpi=DPI, bbox_inches="tight")
    plt.close(figure)


def samples(path: Path, title: str, kinds: Mapping[str, NDArray[np.uint8]]) -> None:
    """The first glyphs of each kind, uint8 (n, 28, 28), in a row that begins with its name."""
    canvas = np.full((len(kinds) * 30, _SHOWN * 30), 200, np.uint8)
    for row, glyphs in enumerate(kinds.values()):
        for column, glyph in enumerate(glyphs[:_SHOWN]):
            canvas[row * 30 + 1 : row * 30 + 29, column * 30 + 1 : column * 30 + 29] = 255 - glyph
    figure, axes = plt.subplots(figsize=(10, 0.75 * len(kinds) + 0.5))
    axes.imshow(canvas, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    axes.set_yticks(np.arange(len(kinds)) * 30 + 14.5, list(kinds))
    axes.tick_params(left=False)
    axes.set_xticks([])
    axes.spines[:].set_visible(False)
    axes.set_title(title, fontsize=11)
    figure.savefig(path, dpi=DPI, bbox_inches="tight")
    plt.close(figure)


def photographs(path: Path, examples: Sequence[Example]) -> None:
    """Pictures, and below each the glyph that serving finds in it, if any."""
    columns = min(_SHOWN, len(examples))
    rows = -(-len(examples) // columns)
    canvas = np.full((rows * (_TILE + 70), columns * (_TILE + 8), 3), 255, np.uint8)
    for number, example in enumerate(examples):
        row, column = divmod(number, columns)
        top, left = row * (_TILE + 70), column * (_TILE + 8)
        small = reduce_to_side(example.picture, _TILE)
        canvas[top : top + small.shape[0], left : left + small.shape[1]] = small
        if example.glyph is not None:
            below = top + _TILE + 4
            twice = 255 - example.glyph.repeat(2, axis=0).repeat(2, axis=1)
            canvas[below : below + 56, left : left + 56] = twice[..., None]
    cv2.imwrite(str(path), cv2.cvtColor(canvas, cv2.COLOR_RGB2BGR))


def reliability_diagrams(path: Path, results: Mapping[str, Result]) -> None:
    """The accuracy of each model over its confidence, in 15 equally wide bins.

    A dot is a bin; its size grows with the number of digits. A calibrated model is on the diagonal.
    """
    figure, grid = plt.subplots(
        1, len(results), figsize=(4.3 * len(results), 4.4), layout="constrained", squeeze=False
    )
    for axes, (model, result) in zip(grid[0], results.items(), strict=True):
        axes.plot((0, 1), (0, 1), color="0.7", linewidth=1)
        for name in CALIBRATED:
            if name not in result.scores:
                continue
            score = result.scores[name]
            bins = reliability(score.probabilities, score.labels)
            full = bins.count > 0
            label = f"{name}: error {100 * bins.error:.2f} %"
            line = axes.plot(bins.confidence[full], bins.accuracy[full], alpha=0.6, label=label)
            sizes = 12 + 6 * np.sqrt(bins.count[full])
            colour = line[0].get_color()
            axes.scatter(bins.confidence[full], bins.accuracy[full], sizes, color=colour, alpha=0.5)
        axes.set(title=model, xlabel="confidence", ylabel="share read correctly", xlim=(0, 1.04))
        axes.set(ylim=(0, 1.04), aspect="equal")
        axes.legend(loc="upper left", fontsize=8, frameon=False)
    figure.savefig(path, dpi=DPI, bbox_inches="tight")
    plt.close(figure)


def ood_scores(path: Path, results: Mapping[str, Result], share: float) -> None:
    """The OOD scores of digits and negatives by each model, and below them the ROC curves of all.

    share: of the digits, 0 to 1, that are rejected at the dashed lines.
    """
    count = len(results)
    figure = plt.figure(figsize=(max(9, 4.3 * count), 8), layout="constrained")
    grid = figure.add_gridspec(2, count)
    curves = figure.add_subplot(grid[1, :])
    for number, (model, result) in enumerate(results.items()):
        by_collection = result.ood_scores_of_collections
        digits = np.concatenate(list(by_collection.values()))
        others = np.concatenate(list(result.ood_scores_of_outliers.values()))
        axes = figure.add_subplot(grid[0, number])
        both = np.concatenate([digits, others])
        edges = np.linspace(both.min(), both.max(), 61).tolist()
        axes.hist(digits, edges, density=True, alpha=0.6, label="digits")
        axes.hist(others, edges, density=True, alpha=0.6, label="negatives")
        threshold = common_threshold(by_collection, share)
        axes.axvline(threshold, color="0.3", linestyle="--")
        axes.set(title=model, xlabel="OOD score", yscale="log", ylabel="density")
        axes.legend(fontsize=8, frameon=False)
        refused, caught = _roc(digits, others)
        curves.plot(np.maximum(refused, 1e-5), caught, label=model, drawstyle="steps-post")
    curves.axvline(share, color="0.3", linestyle="--")
    curves.set(xscale="log", xlim=(1e-4, 1), ylim=(0, 1.02), title="All negatives")
    curves.set(xlabel="share of the digits rejected", ylabel="share of the negatives rejected")
    curves.legend(frameon=False)
    figure.savefig(path, dpi=DPI, bbox_inches="tight")
    plt.close(figure)


def _roc(negative: Doubles, positive: Doubles) -> tuple[Doubles, Doubles]:
    """The shares of both that lie above each of many thresholds."""
    thresholds = np.concatenate([[np.inf], np.sort(negative)[::-1], [-np.inf]])
    above = 1 - np.searchsorted(np.sort(negative), thresholds, "right") / len(negative)
    return above, 1 - np.searchsorted(np.sort(positive), thresholds, "right") / len(positive)
