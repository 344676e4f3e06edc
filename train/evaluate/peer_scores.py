"""Scores this project and PP-OCR on the same pictures."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from train.data import bhmsds, sudoku, unipen_sets
from train.data.bhmsds_download import obtain_bhmsds
from train.data.datasets import load_pendigits
from train.data.pictures import Pictures
from train.data.unipen_archive import Archive
from train.data.unipen_download import obtain_unipen
from train.evaluate.number_scores import LAYOUTS, number_bitmap, number_photograph
from train.evaluate.served_scores import SUDOKU_FILE
from train.render.numbers import Number, compose

SUDOKU: Final = "sudoku cells"
BHMSDS: Final = "bhmsds"
UNIPEN: Final = "UNIPEN numbers"
COMPOSED: Final = "composed numbers"
BITMAPS: Final = "bitmaps"
PHOTOGRAPHS: Final = "photographs"
HEIGHT: Final = 90.0  # pixels, of UNIPEN's numbers; the mean of the composed ones

Picture = NDArray[np.uint8]  # (h, w) grey or (h, w, 3) RGB


@dataclass(frozen=True, eq=False)
class Questions:
    """Pictures with their texts. is_tight: each of them shows one line and nothing else."""

    pictures: Sequence[Picture]
    texts: Sequence[str]
    is_tight: bool


class PaddleReader:
    """PP-OCRv6's small models on one thread, with their output restricted to digits."""

    def __init__(self) -> None:
        from rapidocr import RapidOCR

        threads = "EngineConfig.onnxruntime.intra_op_num_threads"
        self._engine = RapidOCR(
            params={threads: 1, "Global.log_level": "error", "Global.text_score": 0.0}
        )
        recognizer = self._engine._load_rec_model()
        recognizer.postprocess_op = _digits_only(recognizer.postprocess_op)

    def __call__(self, picture: Picture, is_tight: bool) -> str:
        """The text of a picture. is_tight: it is one line, which need not be searched for."""
        code = cv2.COLOR_GRAY2BGR if picture.ndim == 2 else cv2.COLOR_RGB2BGR
        colours = cv2.cvtColor(picture, code)
        lines = None if is_tight else self._engine(colours, use_det=True, use_cls=False).txts
        if not lines:
            lines = self._engine(colours, use_det=False, use_cls=False).txts
        return "\n".join(lines or ())


def _digits_only(decode: Any) -> Callable[..., Any]:
    """PP-OCR's decoder, restricted to digits and the blank."""
    is_other = np.array(
        [index > 0 and not ("0" <= each <= "9") for index, each in enumerate(decode.character)]
    )

    def decode_digits(scores: NDArray[np.float32], *rest: Any, **options: Any) -> Any:
        return decode(np.where(is_other, 0, scores), *rest, **options)

    return decode_digits


def collect(folder: Path, count: int) -> Iterator[tuple[str, Questions]]:
    """The sets by their names, each of at most `count` pictures, without missing sudokus.

    Raises DataError.
    """
    if (folder / SUDOKU_FILE).is_file():
        yield SUDOKU, _labelled(sudoku.load(folder / SUDOKU_FILE).cells, count)
    yield BHMSDS, _labelled(bhmsds.load(obtain_bhmsds(folder), "validation").digits, count)
    for writers, numbers in (
        (UNIPEN, _written_numbers(folder)[:count]),
        (COMPOSED, compose(load_pendigits(folder).validation, count, *LAYOUTS["spaced"])),
    ):
        texts = [number.text for number in numbers]
        for kind, draw in ((BITMAPS, number_bitmap), (PHOTOGRAPHS, number_photograph)):
            pictures = [draw(number, index) for index, number in enumerate(numbers)]
            yield f"{writers}, {kind}", Questions(pictures, texts, is_tight=kind == BITMAPS)


def _written_numbers(folder: Path) -> list[Number]:
    """The numbers without signs that UNIPEN's validation writers wrote, HEIGHT pixels high."""
    with Archive(obtain_unipen(folder)) as archive:
        strings = unipen_sets.number_strings(archive).validation
    return [
        Number(_scaled(strokes), text)
        for strokes, text in zip(strings.strokes, strings.labels, strict=True)
        if text.isdecimal()
    ]


def _scaled(strokes: Sequence[NDArray[np.floating]]) -> list[NDArray[np.float64]]:
    height = float(np.ptp(np.concatenate(strokes)[:, 1]))
    scale = HEIGHT / max(height, 1e-6)
    return [stroke.astype(np.float64) * scale for stroke in strokes]


def score(
    recognizer: Callable[[Picture], Any], peer: PaddleReader, questions: Questions
) -> dict[str, Any]:
    """The percentage of pictures that each reader reads exactly, and its median time."""
    readers: Mapping[str, Callable[[Picture], str]] = {
        "digits": lambda picture: str(recognizer(picture).text),
        "peer": lambda picture: peer(picture, questions.is_tight),
    }
    figures: dict[str, Any] = {"n": len(questions.texts)}
    for name, read in readers.items():
        seconds, is_exact = [], []
        for picture, text in zip(questions.pictures, questions.texts, strict=True):
            started = time.perf_counter()
            answer = read(picture)
            seconds.append(time.perf_counter() - started)
            is_exact.append(answer == text)
        figures[name] = round(100 * float(np.mean(is_exact)), 2)
        figures[f"{name}_ms"] = round(1000 * float(np.median(seconds)), 1)
    return figures


def _labelled(pictures: Pictures, count: int) -> Questions:
    """At most `count` labelled pictures, evenly spaced, because they are sorted by label."""
    step = max(len(pictures) // count, 1)
    chosen = range(0, step * min(count, len(pictures)), step)
    return Questions(
        [pictures.picture(index) for index in chosen],
        [pictures.labels[index] for index in chosen],
        is_tight=True,
    )
