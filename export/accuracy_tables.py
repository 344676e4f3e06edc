"""Markdown tables of the networks' accuracy: in full, of numbers, and of the ablation."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import mean, stdev
from typing import Any, Final

from train.evaluate.protocol import (
    BHMSDS,
    BHMSDS_SIGNS,
    CALIBRATED,
    INK,
    MNIST,
    PHOTOGRAPHED_INK,
    PHOTOGRAPHED_MNIST,
    TARGET_FALSE_REJECT_RATE,
    TEST,
    TEST_SETS,
    UNIPEN,
    UNIPEN_LETTERS,
    UNIPEN_TEST,
    UNIPEN_WORDS,
)
from train.evaluate.tables import ablation_rows
from train.evaluate.text_table import to_markdown

Figures = Mapping[str, Any]  # the content of a file in models/

SETS: Final = {
    TEST: "MNIST test set",
    MNIST: "MNIST validation set",
    INK: "pen strokes of six held-out writers",
    UNIPEN: "UNIPEN's validation writers, isolated digits",
    UNIPEN_WORDS: "UNIPEN's validation writers, digits between words",
    UNIPEN_TEST: "UNIPEN's test writers, isolated digits",
    BHMSDS: "bhmsds, pen on paper, photographed",
    PHOTOGRAPHED_INK: "the same pen strokes in rendered photographs of paper",
    PHOTOGRAPHED_MNIST: "MNIST validation digits in rendered photographs of paper",
}
MEANS: Final = {
    "MNIST-C's 15": "MNIST validation under 15 corruptions like those of MNIST-C, mean",
    "all corruptions": "MNIST validation under these and six more corruptions, mean",
}
NEGATIVES: Final = {
    UNIPEN_LETTERS: "handwritten letters and signs of UNIPEN's validation writers",
    BHMSDS_SIGNS: "photographed signs and letters of bhmsds",
    "omniglot": "handwritten Greek and Early Aramaic characters",
    "letters": "printed letters and signs",
    "scribbles": "scribbles",
    "fragments": "fragments of digits",
    "glued": "digits run together",
}
PEER_SETS: Final = {
    "sudoku cells": "cells of photographed sudokus, in pencil, with their lines",
    "bhmsds": "bhmsds' validation digits, pen on paper, photographed",
    "UNIPEN numbers, bitmaps": "numbers as UNIPEN's validation writers wrote them, as bitmaps",
    "UNIPEN numbers, photographs": "the same in rendered photographs",
    "composed numbers, bitmaps": "digits of held-out writers, set apart as numbers, as bitmaps",
    "composed numbers, photographs": "the same in rendered photographs",
}
NUMBERS: Final = {
    "spaced": "digits apart",
    "tight": "digits that touch or overlap",
    "heights that differ": "digits whose heights differ by a fifth",
    "zeros half as high": "digits with zeros half as high",
    "zeros joined in a stroke": "digits with zeros joined in one stroke",
    "neighbours joined in a stroke": "digits of which a third are joined to the next in one stroke",
    "single digits": "single digits",
}
FORMS: Final = {
    "ink": "as pen strokes",
    "bitmaps": "as bitmaps",
    "photographs": "in rendered photographs",
}
REJECTED: Final = f"rejected at a false-reject rate of {100 * TARGET_FALSE_REJECT_RATE:g} %"


@dataclass(frozen=True)
class Row:
    """A figure: the number of its examples, its value, and the format in which it is shown."""

    count: int
    value: float
    form: str

    def text(self, value: float) -> str:
        """A value of this figure, such as its mean, as text."""
        return self.form.format(value)


def results(model: Figures, by_seed: Mapping[str, Figures]) -> str:
    """A row for each figure: int8, fp32, and int8 over several seeds if they were measured."""
    int8, fp32 = (result_rows(model[kind]) for kind in ("int8", "fp32"))
    seeds = [result_rows(figures) for figures in by_seed.values()]
    header = ["", "n", "int8", "fp32"] + ([f"int8, {len(seeds)} seeds"] if seeds else [])
    table = [header]
    for name, row in int8.items():
        cells = [name, f"{row.count:,}", row.text(row.value), row.text(fp32[name].value)]
        if seeds:
            values = [rows[name].value for rows in seeds]
            cells.append(f"{row.text(mean(values))} ± {row.text(stdev(values))}")
        table.append(cells)
    size = f"{model['parameters']:,} parameters and {model['bytes']:,} bytes"
    note = f"int8 and fp32 are one network of {size}, seed {model['config']['seed']}."
    if seeds:
        note += (
            f" The last column is the mean and standard deviation of seeds {', '.join(by_seed)}."
        )
    return f"{to_markdown(table)}\n\n{note}"


def result_rows(figures: Figures) -> dict[str, Row]:
    """The figures of a network by their titles in the model card."""
    sets, rows = figures["sets"], {}
    for key, name in SETS.items():
        if key in sets:
            rows[name] = Row(sets[key]["n"], sets[key]["accuracy"], "{:.2f} %")
    for key in (*TEST_SETS, *CALIBRATED):
        if "answered_rightly" in sets.get(key, {}):
            right, refused = (sets[key][share] for share in ("answered_rightly", "refused"))
            rows[f"{SETS[key]}, answered rightly"] = Row(sets[key]["n"], right, "{:.2f} %")
            rows[f"{SETS[key]}, refused"] = Row(sets[key]["n"], refused, "{:.2f} %")
    for key, name in MEANS.items():
        if key in figures.get("mean_accuracy", {}):
            rows[name] = Row(sets[MNIST]["n"], figures["mean_accuracy"][key], "{:.2f} %")
    for key, values in figures.get("not_a_digit", {}).get("sets", {}).items():
        name = NEGATIVES.get(key, key)
        rows[f"{name}, {REJECTED}"] = Row(values["n"], values["refused"], "{:.1f} %")
        rows[f"{name}, AUROC against digits"] = Row(values["n"], values["auroc"], "{:.4f}")
    for key in filter(sets.__contains__, CALIBRATED):
        error = 100 * sets[key]["expected_calibration_error"]
        rows[f"{SETS[key]}, expected calibration error"] = Row(sets[key]["n"], error, "{:.2f} %")
    return rows


def numbers(figures: Figures) -> str:
    """The shares of whole numbers that are read exactly, silently wrong, and with wrong lengths."""
    shown = ("exact", "silently_wrong", "right_length", "split")
    header = ["exact", "wrong without `?`", "right number of digits", "too many digits"]
    rows = [["numbers by held-out writers", "n", *header, "median time"]]
    for key, values in figures.get("sets", {}).items():
        shares = [f"{values[share]:.1f} %" if share in values else "" for share in shown]
        time = f"{values['median_ms']:.1f} ms"
        name, _, form = key.rpartition(", ")
        title = f"{NUMBERS[name]}, {FORMS[form]}"
        rows.append([title, f"{values['numbers']:,}", *shares, time])
    return to_markdown(rows)


def peers(figures: Figures) -> str:
    """This project beside PP-OCR: the share of pictures read exactly, and the time for each."""
    rows = [["pictures", "n", "read exactly", "by PP-OCR", "median time", "of PP-OCR"]]
    for name, values in figures.get("sets", {}).items():
        shares = [f"{values[key]:.1f} %" for key in ("digits", "peer")]
        times = [f"{values[key]:.0f} ms" for key in ("digits_ms", "peer_ms")]
        rows.append([PEER_SETS[name], f"{values['n']:,}", *shares, *times])
    return to_markdown(rows)


def corrections(figures: Figures) -> str:
    """How much a visitor's corrections of a digit help, and how much they harm other digits."""
    rows = [["corrections of a digit during one visit", *map(str, figures.get("corrections", ()))]]
    names = {
        "misread": "drawings of that digit that were misread and still are",
        "others": "the writer's other drawings that are now misread",
    }
    for key, name in names.items():
        rows.append([name, *(f"{share:.2f} %" for share in figures.get(key, ()))])
    return to_markdown(rows)


def ablation(figures: Figures) -> str:
    """What each part of the training data is worth."""
    if not figures:
        return "Not measured yet: `python -m train.ablation`."
    return to_markdown(ablation_rows(figures))
