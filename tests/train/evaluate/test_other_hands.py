"""The sets by other hands are chosen and drawn as specified, from archives made here."""

import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tests.support.drawings import placed
from train.data import bhmsds_download, unipen_characters, unipen_sets
from train.data.unipen_sets import Split, Writing
from train.evaluate import other_hands

NOBODY = Writing([], [], [])


def writing(labels: str, contributor: str) -> Writing:
    drawings: Any = [placed(int(label) if label.isdigit() else 4, 0, 0, 90) for label in labels]
    return Writing(drawings, list(labels), [f"{contributor}/writer"] * len(labels))


@pytest.fixture
def _unipen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The splits have different digits; of the letters, O and l look like digits."""

    @contextmanager
    def archive(path: str) -> Iterator[str]:
        yield path

    digits = Split(writing("000", "syn"), writing("1234567", "app"), writing("89", "aga"))
    words = Split(NOBODY, writing("5", "hpp"), NOBODY)
    letters = Split(NOBODY, writing("AOlK", "app"), NOBODY)
    monkeypatch.setattr(other_hands, "obtain_unipen", lambda folder: "archive")
    monkeypatch.setattr(other_hands, "Archive", archive)
    monkeypatch.setattr(unipen_sets, "digits", lambda archive: digits)
    monkeypatch.setattr(unipen_sets, "single_digit_words", lambda archive: words)
    monkeypatch.setattr(unipen_characters, "characters", lambda archive: letters)


@pytest.mark.usefixtures("_unipen")
def test_unipens_validation_writers_are_scored_and_its_test_writers_apart() -> None:
    unipen = other_hands.load_unipen(Path())
    assert unipen.isolated.digits.labels.tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert unipen.isolated.contributors == ("app",) * 7
    assert unipen.isolated.digits.glyphs.shape == (7, 28, 28)
    assert unipen.words.digits.labels.tolist() == [5]
    assert len(unipen.letters) == 2  # A and K
    test = other_hands.load_unipen_test(Path())
    assert (test.digits.labels.tolist(), test.contributors) == ([8, 9], ("aga", "aga"))


@pytest.mark.usefixtures("_unipen")
@pytest.mark.parametrize(
    "max_samples, labels",
    [(3, [1, 3, 5]), (1, [1]), (7, [1, 2, 3, 4, 5, 6, 7]), (99, [1, 2, 3, 4, 5, 6, 7])],
)
def test_a_few_samples_are_spread_over_all(max_samples: int, labels: list[int]) -> None:
    unipen = other_hands.load_unipen(Path(), max_samples)
    assert unipen.isolated.digits.labels.tolist() == labels


def test_bhmsds_without_ink_is_missing_and_lookalikes_are_left_out(tmp_path: Path) -> None:
    blank = np.full((28, 28), 255, np.uint8)
    bar = cv2.line(blank.copy(), (14, 4), (14, 24), 0, 2)
    plus = cv2.line(bar.copy(), (4, 14), (24, 14), 0, 2)
    pictures = {"1-1300": bar, "7-1301": blank, "1-0001": bar, "plus-1300": plus, "z-1300": plus}
    path = tmp_path / bhmsds_download.WHOLE
    path.parent.mkdir()
    entries = [{"file": f"{name}.png", "label": name.split("-")[0]} for name in pictures]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("labels.jsonl", "\n".join(map(json.dumps, entries)))
        for name, picture in pictures.items():
            archive.writestr(f"{name}.png", cv2.imencode(".png", picture)[1].tobytes())
    loaded = other_hands.load_bhmsds(tmp_path)
    assert loaded.digits.labels.tolist() == [1]  # 1-0001 is for training
    assert loaded.digits.glyphs.shape == (1, 28, 28)
    assert loaded.missing == 1
    assert loaded.signs.shape == (1, 28, 28)  # the plus; a z looks like a 2
