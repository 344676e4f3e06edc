"""Writes the page of an evaluation: index.html with its pictures beside it."""

import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

import numpy as np
from tqdm import tqdm

from train.data.datasets import Digits
from train.evaluate import comparison_plots, run_plots
from train.evaluate.collection import Collection
from train.evaluate.corruptions import CORRUPTIONS
from train.evaluate.evaluation import Result
from train.evaluate.protocol import CALIBRATED, TARGET_FALSE_REJECT_RATE
from train.evaluate.score import Score
from train.files import write_atomically

_CORRUPTED = "corrupted MNIST"  # all corruptions together

_STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")

_OF_CALIBRATION = (
    "A dot is one of 15 equally wide bins of confidence; its size grows with the number of digits. "
    "Above the diagonal, a model is more accurate than it claims. The error is the expected "
    "calibration error over the same bins."
)

Section = tuple[str, str, list[str]]  # heading, note, picture files


def write_page(
    folder: Path,
    rows: Sequence[Sequence[str]],
    results: Mapping[str, Result],
    collection: Collection,
) -> Path:
    """Draws the pictures and writes index.html; rows: of the table, beginning with the header."""
    sections = _comparisons(folder, results, collection)
    jobs = [
        (model, name, digits, score)
        for model, result in results.items()
        for name, digits, score in _read(result, collection)
    ]
    for model, name, digits, score in tqdm(jobs, "draw", unit=" pictures", leave=False):
        slug = re.sub(r"[^a-z0-9]+", "-", f"{name} {model}".lower())
        title = f"{name}, {model}"
        run_plots.confusion(folder / f"confusion-{slug}.png", title, score)
        run_plots.mistakes(folder / f"mistakes-{slug}.png", title, digits, score)
        files = [f"mistakes-{slug}.png", f"confusion-{slug}.png"]
        sections.append((f"Misread: {title}", "The most confident mistakes first.", files))
    path = folder / "index.html"
    write_atomically(path, _html(rows, sections, collection.skipped))
    return path


def _comparisons(
    folder: Path, results: Mapping[str, Result], collection: Collection
) -> list[Section]:
    """The sections of pictures that are not of a single model."""
    sections: list[Section] = []
    names = list(collection.corrupted)
    if names:
        accuracies = {
            model: [result.scores[name].accuracy for name in names]
            for model, result in results.items()
        }
        comparison_plots.corruption_bars(folder / "corruptions.png", names, accuracies)
        shown = {name: corrupted.digits.glyphs for name, corrupted in collection.corrupted.items()}
        title = f"The first digits of {collection.corrupted_from}, corrupted"
        comparison_plots.samples(folder / "corruption-samples.png", title, shown)
        note = "; ".join(f"{name}: {CORRUPTIONS[name][1]}" for name in names)
        files = ["corruptions.png", "corruption-samples.png"]
        sections.append(("Corruptions", note, files))
    if collection.photographs:
        comparison_plots.photographs(folder / "photographs.png", collection.photographs)
        note = "Rendered pictures of paper, and the glyph that serving finds in each."
        sections.append(("Photographs", note, ["photographs.png"]))
    if set(CALIBRATED) & set(collection.sets):
        comparison_plots.reliability_diagrams(folder / "reliability.png", results)
        sections.append(("Calibration", _OF_CALIBRATION, ["reliability.png"]))
    if collection.outliers:
        rate = TARGET_FALSE_REJECT_RATE
        comparison_plots.ood_scores(folder / "not-a-digit.png", results, rate)
        comparison_plots.samples(folder / "outliers.png", "Not a digit", collection.outliers)
        note = f"Dashed: the threshold at which {100 * rate:g} % of the digits are rejected."
        sections.append(("Not a digit", note, ["not-a-digit.png", "outliers.png"]))
    return sections


def _read(result: Result, collection: Collection) -> list[tuple[str, Digits, Score]]:
    """The sets with what a model read in them; all corrupted ones are joined to a single set."""
    read = [(name, result.read[name], result.scores[name]) for name in collection.sets]
    if collection.corrupted:
        parts = [
            (corrupted.digits, result.scores[name])
            for name, corrupted in collection.corrupted.items()
        ]
        labels = np.concatenate([digits.labels for digits, _ in parts])
        digits = Digits(np.concatenate([digits.glyphs for digits, _ in parts]), labels)
        logits = np.concatenate([score.logits for _, score in parts])
        temperature = result.model.temperature
        read.append((_CORRUPTED, digits, Score(logits, labels, temperature=temperature)))
    return read


def _html(
    rows: Sequence[Sequence[str]], sections: Sequence[Section], skipped: Mapping[str, str]
) -> str:
    header, *body = rows
    table = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    table = f"<tr>{table}</tr>\n" + "\n".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in body
    )
    left_out = "".join(
        f"<p class='note'>Left out: {escape(name)} ({escape(reason)})</p>"
        for name, reason in skipped.items()
    )
    parts = "\n".join(
        f"<h2>{escape(heading)}</h2>\n<p class='note'>{escape(note)}</p>\n"
        + "\n".join(
            f"<figure><img src='{escape(file)}' alt='{escape(heading)}' loading='lazy'></figure>"
            for file in files
        )
        for heading, note, files in sections
    )
    return (
        "<!doctype html>\n<html lang='en'>\n<meta charset='utf-8'>\n"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
        f"<title>Evaluation</title>\n<style>{_STYLE}</style>\n<h1>Evaluation</h1>\n"
        "<p class='note'>Accuracy in percent, and the number of errors in brackets. The MNIST "
        "validation set is part of MNIST's training file: a model from elsewhere has probably "
        "been trained on it. Every figure is in "
        "<a href='evaluation.json'>evaluation.json</a>.</p>\n"
        f"<table>\n{table}\n</table>\n{left_out}\n{parts}\n</html>\n"
    )
