"""Scores a recogniser in the way in which programs use it, from whole inputs to texts."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from app.reading import Reading
from app.recognizer import Recognizer
from train.data import sudoku, unipen_sets
from train.data.datasets import load_mnist
from train.data.unipen_archive import Archive
from train.data.unipen_download import obtain_unipen
from train.data.unipen_sets import Writing
from train.evaluate import protocol
from train.evaluate.other_hands import validation_writing
from train.evaluate.page_scores import Page

SUDOKU_FILE: Final = Path("sudoku", "sudoku-scanner-part.zip")  # copied there by hand

Input = list[NDArray[np.float32]] | NDArray[np.uint8]  # strokes, or a picture
Read = Callable[[Recognizer, Any], Reading]


@dataclass(frozen=True, eq=False)
class Questions:
    """Inputs with their texts, such as "7" or "12/05"; None for what is not a digit.

    read: calls the recogniser. groups: the group of each input, such as its contributor, or
    nothing.
    """

    read: Read
    inputs: Sequence[Input]
    texts: Sequence[str | None]
    groups: Sequence[str] = ()


def read_ink(recognizer: Recognizer, strokes: Any) -> Reading:
    """Reads a drawing as the API does by default, as any number of digits."""
    return recognizer.read_ink(strokes)


def read_character(recognizer: Recognizer, strokes: Any) -> Reading:
    """Reads a drawing as a single character."""
    return recognizer.read_ink(strokes, single=True)


def read_image(recognizer: Recognizer, picture: Any) -> Reading:
    """Reads a picture as the API does by default."""
    return recognizer.read_image(picture)


def collect(folder: Path) -> Iterator[tuple[str, Questions]]:
    """The sets by their names, one at a time, including MNIST's test file.

    Missing sudokus are left out. Raises DataError.
    """
    with Archive(obtain_unipen(folder)) as archive:
        isolated, words, letters = validation_writing(archive)
        strings = unipen_sets.number_strings(archive).validation
    digits = Writing(
        isolated.strokes + words.strokes,
        isolated.labels + words.labels,
        isolated.writers + words.writers,
    )
    yield protocol.UNIPEN_CHARACTERS, _written(read_character, digits)
    yield protocol.UNIPEN_DRAWINGS, _written(read_ink, digits)
    has_signs = [not label.isdigit() for label in strings.labels]
    yield protocol.NUMBER_STRINGS, _written(read_ink, _chosen(strings, has_signs, False))
    yield protocol.SIGNED_STRINGS, _written(read_ink, _chosen(strings, has_signs, True))
    nothing: list[str | None] = [None] * len(letters)
    yield (
        protocol.UNIPEN_LETTERS,
        Questions(read_character, letters.strokes, nothing, letters.contributors),
    )
    if (folder / SUDOKU_FILE).is_file():
        cells = sudoku.load(folder / SUDOKU_FILE).cells
        yield protocol.SUDOKU_CELLS, Questions(read_image, list(cells), cells.labels)
    mnist = load_mnist(folder)
    for name, part in (
        (protocol.MNIST_PICTURES, mnist.validation),
        (protocol.TEST_PICTURES, mnist.test),
    ):
        yield name, Questions(read_image, list(part.glyphs), [*map(str, part.labels.tolist())])


def sudoku_pages(folder: Path) -> list[Page]:
    """The photographs of whole sudokus, whose cells with notes are expected to show no digit."""
    if not (folder / SUDOKU_FILE).is_file():
        return []
    return [
        (picture, "".join(cell for row in grid for cell in row if cell != sudoku.NOTES))
        for picture, grid in sudoku.load(folder / SUDOKU_FILE)
    ]


def score(recognizer: Recognizer, questions: Questions, name: str = "") -> dict[str, Any]:
    """The figures of a set in percent of its inputs, with a bar that shows its name.

    answered_rightly: the text is right; a "?" counts as wrong. likeliest_right: it is right when
    each "?" is replaced by the likeliest digit. Both are left out for what is not a digit. refused:
    the text has a "?". doubtful: it has none, but a digit that is marked as doubtful.
    wrong_without_doubt: it has neither, and is wrong, and not empty.
    """
    answers = [
        _Answer.of(questions.read(recognizer, item), text)
        for item, text in zip(
            tqdm(questions.inputs, name, leave=False), questions.texts, strict=True
        )
    ]
    figures = _shares(answers)
    if questions.groups:
        groups = np.array(questions.groups, str)
        figures["by_contributor"] = {
            group: _shares([answers[index] for index in np.flatnonzero(groups == group)])
            for group in sorted(set(questions.groups))
        }
    return figures


@dataclass(frozen=True)
class _Answer:
    """The outcome of a reading. is_right, is_likeliest_right: None for what is not a digit."""

    is_right: bool | None
    is_likeliest_right: bool | None
    is_refused: bool
    is_doubtful: bool
    is_surely_wrong: bool

    @classmethod
    def of(cls, reading: Reading, text: str | None) -> "_Answer":
        is_refused = "?" in reading.text
        is_doubtful = not is_refused and any(digit.is_doubtful for digit in reading.digits)
        is_sure = bool(reading.digits) and not (is_refused or is_doubtful)
        if text is None:
            return cls(None, None, is_refused, is_doubtful, is_sure)
        forced = Reading(
            tuple(
                digit if digit.sign else replace(digit, value=int(digit.probabilities.argmax()))
                for digit in reading.digits
            )
        )
        is_right = reading.text == text
        is_surely_wrong = is_sure and not is_right
        return cls(is_right, forced.text == text, is_refused, is_doubtful, is_surely_wrong)


def _shares(answers: Sequence[_Answer]) -> dict[str, Any]:
    figures: dict[str, Any] = {"n": len(answers)}
    if answers and answers[0].is_right is not None:
        figures["answered_rightly"] = _percent([bool(answer.is_right) for answer in answers])
        likeliest = [bool(answer.is_likeliest_right) for answer in answers]
        figures["likeliest_right"] = _percent(likeliest)
    figures["refused"] = _percent([answer.is_refused for answer in answers])
    figures["doubtful"] = _percent([answer.is_doubtful for answer in answers])
    figures["wrong_without_doubt"] = _percent([answer.is_surely_wrong for answer in answers])
    return figures


def _percent(is_true: Sequence[bool]) -> float:
    return round(100 * float(np.mean(is_true)), 3)


def _written(read: Read, writing: Writing) -> Questions:
    return Questions(read, writing.strokes, writing.labels, writing.contributors)


def _chosen(writing: Writing, flags: Sequence[bool], wanted: bool) -> Writing:
    chosen = [index for index, flag in enumerate(flags) if flag == wanted]
    return Writing(
        [writing.strokes[index] for index in chosen],
        [writing.labels[index] for index in chosen],
        [writing.writers[index] for index in chosen],
    )
