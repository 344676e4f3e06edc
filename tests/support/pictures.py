"""Pictures of written numbers: drawn sheets, and photographs of them."""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from tests.support.drawings import placed

WIDTH: Final = 0.7  # of a digit in a number, as a share of its height


def sheet_png(numbers: Sequence[str], size: int = 120) -> bytes:
    """A sheet with a line of digits and spaces for each entry, as a grey PNG.

    size: the height of a digit in pixels.
    """
    step = WIDTH * size
    longest = max(map(len, numbers))
    pixels = np.full((int(1.5 * size * len(numbers)), int(step * (longest + 1))), 246, np.uint8)
    for line, number in enumerate(numbers):
        for index, text in enumerate(number):
            if text == " ":
                continue
            strokes = placed(int(text), step * (index + 0.4), size * (1.5 * line + 0.25), size)
            points = [np.round(stroke).astype(np.int32) for stroke in strokes]
            cv2.polylines(pixels, points, False, 40, size // 12, cv2.LINE_AA)
    return cv2.imencode(".png", pixels)[1].tobytes()


def large_photograph(numbers: Sequence[str]) -> bytes:
    """The sheet as a JPEG photograph of 12 million pixels, in uneven light and with grain."""
    sheet = cv2.imdecode(np.frombuffer(sheet_png(numbers, 150), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert sheet is not None, "a PNG made here can be decoded"
    paper = np.full((3000, 4000), 246, np.float32)
    paper[: sheet.shape[0], : sheet.shape[1]] = sheet
    grain = np.random.default_rng(0).normal(0, 5, (1500, 2000)).astype(np.float32)
    lit = paper * np.linspace(0.6, 0.9, 4000, dtype=np.float32) + cv2.resize(grain, (4000, 3000))
    colours = cv2.merge([lit.clip(0, 255).astype(np.uint8)] * 3)
    return cv2.imencode(".jpg", colours)[1].tobytes()
