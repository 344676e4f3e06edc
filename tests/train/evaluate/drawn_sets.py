"""Small sets of drawn digits for an evaluation, and what it wrote."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.train.matching_models import STROKES, marked, templates
from train.data.datasets import Digits, Ink, Mnist, PenDigits
from train.evaluate import other_hands, sets

REPEATS = 4  # of each digit in a set


def small_unipen(count: int | None) -> other_hands.Unipen:
    """The first digits by two contributors in turn; a 1 that is labelled 2; one letter."""
    labels = np.tile(np.arange(10), REPEATS)[:count]
    isolated = Digits(templates()[labels], labels)
    words = Digits(templates()[[0, 1, 1]], np.array([0, 1, 2]))
    contributors = ("left", "right") * (len(labels) // 2) + ("left",) * (len(labels) % 2)
    return other_hands.Unipen(
        other_hands.Hands(isolated, contributors),
        other_hands.Hands(words, ("left",) * 3),
        marked(templates()[:1]),
    )


def small_bhmsds(count: int | None) -> other_hands.Photographed:
    """Two digits and a picture without ink; one sign."""
    digits = Digits(templates()[:2], np.arange(2))
    return other_hands.Photographed(digits, marked(templates()[:1]), missing=1)


def use_drawn_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts them where the data folder would be."""
    labels = np.tile(np.arange(10), REPEATS)
    pen = Ink([STROKES[label] for label in labels], labels, labels % 3)
    digits = Digits(templates()[labels], labels)
    # The test file is told from the rest: each of its digits has the next one's label.
    shifted = Digits(digits.glyphs, (labels + 1) % 10)
    others = {"marked": marked(digits.glyphs), "like digits": digits.glyphs[:7]}
    monkeypatch.setattr(other_hands, "load_unipen", lambda folder, count: small_unipen(count))
    monkeypatch.setattr(other_hands, "load_bhmsds", lambda folder, count: small_bhmsds(count))
    monkeypatch.setattr(sets, "load_mnist", lambda folder: Mnist(digits, digits, shifted))
    monkeypatch.setattr(sets, "load_pendigits", lambda folder: PenDigits(pen, pen))
    monkeypatch.setattr(sets, "load_omniglot", lambda folder: None)
    monkeypatch.setattr(sets, "split_omniglot", lambda whole: SimpleNamespace(validation=None))
    monkeypatch.setattr(sets, "validation_negatives", lambda *parts: others)


def figures(folder: Path) -> dict[str, Any]:
    """What an evaluation wrote into this folder."""
    content: dict[str, Any] = json.loads((folder / "evaluation.json").read_text())
    return content
