"""Draws printed lines around, below and through ink: cells, grids, ruling, margins, underlines.

Each function draws one kind, in picture pixels, as a list of layers; see `exposure.Printer`. The
ends of lines are moved a little, because hands hold a camera at an angle.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from train.render.exposure import Layer, Look
from train.render.scene import Random, Scene
from train.render.stationery import Tone, vary

CELL_SIDE_SHARE: Final = 0.6  # share of a cell's four sides that are in the picture
CELL_WIDTH: Final = (0.006, 0.07)  # longer sides of the picture: the width of a cell's lines
CROSSED_SHARE: Final = 0.2  # share of cells with sides that the ink may cross
GRID_PITCH: Final = (1.05, 2.6)  # longer sides of the digit
RULING_PITCH: Final = (0.18, 1.3)  # longer sides of the digit
RULING_WIDTH: Final = (0.1, 0.9)  # pen widths
JITTER: Final = 0.012  # longer sides of the picture: standard deviation of a line's ends
MIN_WIDTH: Final = 0.5  # pixels: of any line
PRINT_COLOURS: Final = (
    *((0.05, 0.05, 0.05),) * 5,
    (0.35, 0.35, 0.35),
    (0.6, 0.6, 0.62),
    (0.1, 0.2, 0.65),
    (0.45, 0.6, 0.8),
    (0.75, 0.15, 0.15),
    (0.85, 0.45, 0.45),
    (0.1, 0.5, 0.3),
    (0.1, 0.65, 0.6),
    (0.9, 0.55, 0.15),
    (0.5, 0.25, 0.55),
)

Line = NDArray[np.float64]  # (n, 2), picture pixels


def print_tone(look: Look, random: Random) -> Tone:
    """A colour that can be seen on the paper, mostly dark on light; sometimes that of the ink."""
    if random.random() < 0.2:
        return look.ink
    tone = vary(PRINT_COLOURS[random.integers(len(PRINT_COLOURS))], random)
    return np.asarray(1 - tone, np.float32) if look.paper.mean() < 0.5 else tone


def cell(scene: Scene, look: Look, random: Random) -> list[Layer]:
    """Some of the four sides of a cell around the ink; they may go on beyond the corners."""
    size, free = _sides(scene)
    reach = free + (0.12 * size if random.random() < CROSSED_SHARE else 0)
    depth = random.uniform(-0.02, 1, 4) * np.minimum(reach, random.uniform(0.06, 0.3) * size)
    is_drawn = random.random(4) < CELL_SIDE_SHARE
    is_drawn[random.integers(4)] = True
    # A side ends only at a corner with the next side; a line that ends alone would look like a 1.
    ends = np.where(is_drawn & (random.random() < 0.4), depth, -0.1 * size)
    widths = _log_uniform(CELL_WIDTH, random, 1 if random.random() < 0.5 else 4)
    widths = np.broadcast_to(widths, 4) * max(scene.size)
    tone, amount = print_tone(look, random), _amount(random)
    is_double, is_dashed = random.random() < 0.15, random.random() < 0.08
    layers = []
    for side in np.flatnonzero(is_drawn).tolist():
        low, high = ends[1 - side % 2], size[1 - side % 2] - ends[3 - side % 2]
        offsets = [depth[side]]
        if is_double:
            offsets.append(depth[side] - widths[side] * random.uniform(1.8, 4))
        lines = [_side_line(scene, side, offset, (low, high), random) for offset in offsets]
        if is_dashed:
            lines = _dashed(lines, random)
        if random.random() < 0.15:
            tone = print_tone(look, random)
        layers.append(_layer(scene, lines, widths[side], tone, amount))
    return layers


def grid(scene: Scene, look: Look, random: Random) -> list[Layer]:
    """Lines in one direction or both, with the ink in the middle of a cell; some are thicker."""
    pitch = scene.extent * random.uniform(*GRID_PITCH)
    left, top, right, bottom = scene.box
    kind = random.random()
    width = float(_log_uniform(CELL_WIDTH, random, 1)[0]) * min(max(scene.size), 3 * pitch)
    tone, amount = print_tone(look, random), _amount(random)
    layers = []
    for axis, middle in enumerate(((left + right) / 2, (top + bottom) / 2)):
        if (axis == 0 and kind < 0.2) or (axis == 1 and kind > 0.8):
            continue
        first = middle - pitch * (0.5 + random.uniform(-0.15, 0.15))
        places = np.arange(first % pitch - pitch, scene.size[axis] + pitch, pitch)
        lines = _parallels(scene, axis, places, random)
        layers.append(_layer(scene, lines, width, tone, amount))
        if random.random() < 0.3:
            layers.append(_layer(scene, lines[random.integers(3) :: 3], 2.5 * width, tone, amount))
    return layers


def ruling(scene: Scene, look: Look, random: Random) -> list[Layer]:
    """Ruled or squared paper of any colour and strength, whose lines go through the ink."""
    pitch = max(scene.extent * random.uniform(*RULING_PITCH), 4.0)
    width = max(look.width * random.uniform(*RULING_WIDTH), MIN_WIDTH)
    tone, amount = print_tone(look, random), random.uniform(0.15, 1)
    kind = random.random()
    layers = []
    for axis in (0, 1):
        if (axis == 0 and kind < 0.45) or (axis == 1 and kind > 0.95):
            continue
        places = np.arange(random.uniform(-pitch, 0), scene.size[axis] + pitch, pitch)
        lines = _parallels(scene, axis, places, random)
        layers.append(_layer(scene, lines, min(width, 0.4 * pitch), tone, amount))
    return layers


def margin(scene: Scene, look: Look, random: Random) -> list[Layer]:
    """One or two lines across the whole picture, beside the ink or above it."""
    size, free = _sides(scene)
    side = int(random.integers(4)) if random.random() < 0.5 else 2 * int(random.integers(2))
    depth = random.uniform(0.0, 0.95) * free[side]
    width = max(look.width * random.uniform(0.3, 1.3), MIN_WIDTH)
    offsets = [depth, depth - 3 * width] if random.random() < 0.25 else [depth]
    span = (-0.1 * size[1 - side % 2], 1.1 * size[1 - side % 2])
    lines = [_side_line(scene, side, offset, span, random) for offset in offsets]
    return [_layer(scene, lines, width, print_tone(look, random), _amount(random))]


def underline(scene: Scene, look: Look, random: Random) -> list[Layer]:
    """One or two lines below or above the ink, of about its length."""
    left, top, right, bottom = scene.box
    long = max(right - left, scene.extent)
    is_below = random.random() < 0.75
    width = max(look.width * random.uniform(0.3, 1.3), MIN_WIDTH)
    gap = scene.extent * random.uniform(0.08, 0.45) + (width + look.width) / 2
    ends = left - long * random.uniform(-0.1, 0.6), right + long * random.uniform(-0.1, 0.6)
    lines = []
    for offset in (0, 2 * width + random.uniform(0.5, 4) * width)[: 1 + (random.random() < 0.3)]:
        y = bottom + gap + offset if is_below else top - gap - offset
        bow = 0.02 * long * random.standard_normal() if random.random() < 0.3 else 0
        slope = 0.015 * long * random.standard_normal()
        x = np.linspace(*ends, 9)
        arch = bow * (1 - np.linspace(-1, 1, 9) ** 2)
        lines.append(np.stack([x, y + arch + np.linspace(-slope, slope, 9)], axis=1))
    return [_layer(scene, lines, width, print_tone(look, random), _amount(random))]


def through(scene: Scene, look: Look, random: Random) -> list[Layer]:
    """One or two straight lines across the picture that go through the ink."""
    axis = 1 if random.random() < 0.75 else 0
    low, high = scene.box[axis], scene.box[axis + 2]
    places = random.uniform(low, high, 1 + (random.random() < 0.3))
    width = max(look.width * random.uniform(0.2, 1), MIN_WIDTH)
    lines = _parallels(scene, axis, places, random)
    return [_layer(scene, lines, width, print_tone(look, random), _amount(random))]


def _layer(scene: Scene, lines: list[Line], width: float, tone: Tone, amount: float) -> Layer:
    cover = scene.picture_lines(lines, max(float(width), MIN_WIDTH))
    return cover * np.float32(amount), tone


def _sides(scene: Scene) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The picture's width, height, width and height, and the space at its four sides.

    The sides are left, top, right and bottom.
    """
    (width, height), (left, top, right, bottom) = scene.size, scene.box
    size = np.array([width, height, width, height], np.float64)
    return size, np.maximum([left, top, width - right, height - bottom], 0)


def _side_line(
    scene: Scene, side: int, depth: float, span: tuple[float, float], random: Random
) -> Line:
    """A line along a side, from 0, left, to 3, bottom. depth: pixels from it. span: of its ends."""
    axis = side % 2
    position = scene.size[axis] - depth if side >= 2 else depth
    return _line(scene, axis, position, span, random)


def _parallels(
    scene: Scene, axis: int, positions: NDArray[np.float64], random: Random
) -> list[Line]:
    """Lines across the picture at x (axis 0) or y (axis 1), all turned by the same small angle."""
    other = scene.size[1 - axis]
    tilt = JITTER * max(scene.size) * random.standard_normal(2)
    ends = np.array([-0.1, 1.1]) * other
    lines = [np.stack([position + tilt, ends], axis=1) for position in positions]
    return lines if axis == 0 else [line[:, ::-1] for line in lines]


def _line(
    scene: Scene, axis: int, position: float, span: tuple[float, float], random: Random
) -> Line:
    bend = JITTER * max(scene.size) * random.standard_normal(3) * (1, 0.4, 1)
    line = np.stack([position + bend, np.linspace(*span, 3)], axis=1)
    return line if axis == 0 else line[:, ::-1]


def _dashed(lines: list[Line], random: Random) -> list[Line]:
    """The lines with gaps."""
    count, share = int(random.integers(5, 20)), random.uniform(0.3, 0.8)
    dashes = []
    for line in lines:
        for start in np.arange(count) / count:
            ends = line[0] + np.outer((start, start + share / count), line[-1] - line[0])
            dashes.append(ends)
    return dashes


def _amount(random: Random) -> float:
    """The share of the paper that a line covers, which is often 1."""
    return 1.0 if random.random() < 0.4 else float(random.uniform(0.25, 1))


def _log_uniform(bounds: tuple[float, float], random: Random, count: int) -> NDArray[np.float64]:
    low, high = np.log(bounds)
    return np.asarray(np.exp(random.uniform(low, high, count)), np.float64)
