"""Draws other things around ink: neighbours' strokes, text, windows, erased marks and folds.

Each function draws one kind as a list of layers; see `exposure.Printer`.
"""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from train.render.exposure import Layer, Look
from train.render.printed import print_tone
from train.render.scene import MIN_PEN, Map, Random, Scene

OUTSIDE: Final = (0.5, 0.92)  # share of a neighbour that is beyond the picture's edge
TEXT_HEIGHT: Final = (0.08, 0.4)  # longer sides of the digit
MAX_BAR: Final = 0.9  # share of the space beside the ink
FAINT: Final = (0.03, 0.16)  # share of the paper that erased strokes still cover
WORDS: Final = (
    "Name",
    "Date",
    "No.",
    "Total",
    "Datum",
    "Draw here",
    "Clear",
    "Page 3",
    "EUR",
    "Test",
    "9:41",
    "100%",
    "Done",
    "< Notes",
)
FONTS: Final = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_COMPLEX_SMALL,
)

Strokes = Sequence[NDArray[np.float64]]


def neighbours(pieces: Sequence[Strokes], scene: Scene, look: Look, random: Random) -> list[Layer]:
    """Parts of other characters that the picture's edge has cut off."""
    all_lines = []
    for strokes in pieces:
        side = int(random.integers(4))
        middle = np.array([random.uniform(0, width) for width in scene.size], np.float64)
        size = scene.extent * random.uniform(0.7, 1.1)
        outside = (random.uniform(*OUTSIDE) - 0.5) * size
        middle[side % 2] = scene.size[side % 2] + outside if side >= 2 else -outside
        lines = _placed(strokes, middle, size)
        if not _touches_ink(scene, np.concatenate(lines), 2 * look.width):
            all_lines += lines
    if not all_lines:
        return []
    tone = look.ink if random.random() < 0.8 else print_tone(look, random)
    width = max(look.width * random.uniform(0.8, 1.2), MIN_PEN)
    return [(scene.picture_lines(all_lines, width) * np.float32(random.uniform(0.6, 1)), tone)]


def erased(pieces: Sequence[Strokes], scene: Scene, look: Look, random: Random) -> list[Layer]:
    """Strokes that were rubbed out, with their smudge."""
    lines: list[NDArray[np.float64]] = []
    for strokes in pieces:
        middle = np.array([random.uniform(0, width) for width in scene.size], np.float64)
        lines += _placed(strokes, middle, scene.extent * random.uniform(0.25, 1.1))
    cover = scene.picture_lines(lines, max(look.width * random.uniform(0.7, 1.5), MIN_PEN))
    if random.random() < 0.6:
        cover = _blurred(cover, look.width * random.uniform(0.2, 1.5))
    return [(cover * np.float32(random.uniform(*FAINT)), look.ink)]


def text(scene: Scene, look: Look, random: Random) -> list[Layer]:
    """Printed words and numbers, smaller than the ink and beside it."""
    canvas = np.zeros(scene.size[::-1], np.uint8)
    for _ in range(random.integers(1, 5)):
        height = max(scene.extent * random.uniform(*TEXT_HEIGHT), 5.0)
        word = WORDS[random.integers(len(WORDS))]
        if random.random() < 0.3:
            word = str(random.integers(1000))
        font = FONTS[random.integers(len(FONTS))]
        scale, thick = height / 22, max(1, round(height * random.uniform(0.05, 0.14)))
        (wide, high), _ = cv2.getTextSize(word, font, scale, thick)
        x, y = random.uniform(-0.2 * wide, scene.size[0]), random.uniform(0, scene.size[1] + high)
        if not _touches_ink(scene, np.array([(x, y - high), (x + wide, y)]), look.width):
            origin = (int(x), int(y))
            cv2.putText(canvas, word, origin, font, scale, 255, thick, cv2.LINE_AA)
    return [(_amounts(canvas, random.uniform(0.4, 1)), print_tone(look, random))]


def window(scene: Scene, look: Look, random: Random) -> list[Layer]:
    """A frame, and bars with buttons, as in a program or on a phone."""
    (width, height), (left, top, right, bottom) = scene.size, scene.box
    free = np.array([left, top, width - right, height - bottom]).clip(0)
    bars, icons = (np.zeros((height, width), np.uint8) for _ in range(2))
    for side in np.flatnonzero(random.random(4) < (0.2, 0.7, 0.2, 0.5)):
        depth = int(free[side] * random.uniform(0.15, MAX_BAR))
        if depth < 3:
            continue
        if side % 2:
            box = (0, 0, width, depth) if side == 1 else (0, height - depth, width, depth)
        else:
            box = (0, 0, depth, height) if side == 0 else (width - depth, 0, depth, height)
        cv2.rectangle(bars, box, 255, -1)
        _draw_icons(icons, box, random)
    layers = []
    if random.random() < 0.8:
        layers.append((_amounts(bars, 1.0), _screen_tone(random)))
    if random.random() < 0.4:
        inset = random.uniform(0, 0.9) * free
        corners = np.round([*inset[:2], width - 1 - inset[2], height - 1 - inset[3]]).astype(int)
        thick = int(random.integers(1, 4))
        cv2.rectangle(icons, corners[:2].tolist(), corners[2:].tolist(), 255, thick)
    if random.random() < 0.25:
        _draw_home_bar(icons, free[3], random)
    return [*layers, (_amounts(icons, 1.0), print_tone(look, random))]


def fold(scene: Scene, look: Look, random: Random) -> list[Layer]:
    """The soft dark or light line of a fold or a sheet's edge."""
    size = np.array(scene.size, np.float64)
    angle = random.normal(0, 0.05) + (np.pi / 2 if random.random() < 0.5 else 0)
    middle = random.uniform(0, 1, 2) * size
    reach = np.array([np.cos(angle), np.sin(angle)]) * size.max()
    width = max(scene.extent * random.uniform(0.01, 0.08), MIN_PEN)
    cover = scene.picture_lines([np.stack([middle - reach, middle + reach])], width)
    cover = _blurred(cover, width * random.uniform(0.2, 1.0))
    tone = np.full(3, 0.0 if random.random() < 0.75 else 1.0, np.float32)
    return [(cover * np.float32(random.uniform(0.1, 0.7)), tone)]


def _draw_home_bar(canvas: NDArray[np.uint8], free: float, random: Random) -> None:
    """The short thick line at a phone's lower edge. free: pixels below the ink."""
    height, width = canvas.shape
    y = height - 1 - int(free * random.uniform(0, 0.3))
    half = round(width * random.uniform(0.1, 0.25))
    thick = max(1, round(height * random.uniform(0.003, 0.012)))
    cv2.line(canvas, (width // 2 - half, y), (width // 2 + half, y), 255, thick, cv2.LINE_AA)


def _draw_icons(canvas: NDArray[np.uint8], box: tuple[int, ...], random: Random) -> None:
    """A row of circles, squares, crosses and letters along a bar: left, top, width, height."""
    left, top, wide, high = box
    size = min(wide, high) * random.uniform(0.2, 0.8) / 2
    count = int(random.integers(0, 6))
    thick = int(random.choice([-1, 1, 1, 1, 2, max(2, round(0.2 * size))]))  # -1 is filled
    for step in (np.arange(count) + random.uniform(0.2, 0.8)) / max(count, 1):
        middle = (
            (left + wide * step, top + high / 2)
            if wide > high
            else (left + wide / 2, top + high * step)
        )
        x, y = (round(float(value)) for value in middle)
        radius, kind = max(1, round(size)), random.integers(4)
        if kind == 0:
            cv2.circle(canvas, (x, y), radius, 255, thick, cv2.LINE_AA)
        elif kind == 1:
            cv2.rectangle(canvas, (x - radius, y - radius), (x + radius, y + radius), 255, thick)
        elif kind == 2:
            for turn in (-1, 1):
                ends = (x - radius, y - turn * radius), (x + radius, y + turn * radius)
                cv2.line(canvas, *ends, 255, max(thick, 1), cv2.LINE_AA)
        else:
            word = WORDS[random.integers(len(WORDS))]
            cv2.putText(canvas, word, (x, y + radius), FONTS[0], size / 11, 255, 1, cv2.LINE_AA)


def _screen_tone(random: Random) -> NDArray[np.float32]:
    """Any grey from black to white, or sometimes another colour."""
    grey = np.full(3, random.uniform(0, 1), np.float32)
    return grey if random.random() < 0.7 else random.uniform(0, 1, 3).astype(np.float32)


def _placed(
    strokes: Strokes, middle: NDArray[np.float64], size: float
) -> list[NDArray[np.float64]]:
    """Strokes around a point. size: pixels of their longer side."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = size / max(float((high - low).max()), 1e-3)
    return [(stroke - (low + high) / 2) * scale + middle for stroke in strokes]


def _touches_ink(scene: Scene, points: NDArray[np.float64], distance: float) -> bool:
    left, top, right, bottom = scene.box
    low, high = points.min(axis=0) - distance, points.max(axis=0) + distance
    return bool(low[0] < right and high[0] > left and low[1] < bottom and high[1] > top)


def _blurred(cover: Map, sigma: float) -> Map:
    return cv2.GaussianBlur(cover, (0, 0), max(sigma, 0.3)).astype(np.float32)


def _amounts(mask: NDArray[np.uint8], amount: float) -> Map:
    return (mask * np.float32(amount / 255)).astype(np.float32)
