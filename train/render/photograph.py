"""A digit on paper, as a phone photographs it: what `find_ink` meets and training learns from.

Everything is drawn from one Generator, so the same one gives the same picture. Ink, ruling and
desk are masks; colours meet in `_expose`, then come light, lens, sensor and JPEG (`exposure`).
A picture of 250 pixels takes about a millisecond.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from train.render.camera import CROP, grain, light_on, record
from train.render.scene import MIN_PEN, Map, Random, Scene
from train.render.stationery import (
    BOARDS,
    CHALK,
    DESKS,
    MARGIN,
    PAPERS,
    RULINGS,
    Pen,
    Tone,
    choose,
    vary,
)

RULED: Final = 0.22  # share with lines; half of these have them both ways
RULING_SPACE: Final = (0.45, 1.3)  # of the digit's longer side
RULING_WIDTH: Final = (0.006, 0.014)  # of the digit's longer side
RULING_STRENGTH: Final = (0.2, 0.7)  # of the ink's contrast; a rule as strong as ink is ink
DESK: Final = 0.1  # share whose paper ends before the picture does
DESK_ROOM: Final = 0.1  # of the picture's side that must be free beside the ink
SPECKLED: Final = 0.15  # share with specks
MAX_SPECKS: Final = 6  # at most
EXPOSURE: Final = (0.55, 1.08)  # of white; above 1 is overexposed
WARMTH: Final = 0.08  # standard deviation of red's and blue's gain
TOOTH: Final = 0.02  # largest standard deviation of the paper's brightness
MIN_CONTRAST: Final = 0.16  # of white, between ink and paper in its most telling channel
CROP_CONTRAST: Final = 0.35  # contrast for people to read it

_BITS: Final = 4  # fixed-point bits OpenCV draws with
_SOFT: Final = 0.25  # of a bitmap pixel's coverage, how soft an enlarged edge is


@dataclass(frozen=True, eq=False)
class Photograph:
    """picture: uint8 (h, w, 3) RGB. ink: float32 (h, w), how much of each pixel the pen covered."""

    picture: NDArray[np.uint8]
    ink: Map


def photograph(
    strokes: Sequence[NDArray[np.floating]],
    random: Random,
    share: float = 1.0,
    ruled: float = RULED,
) -> Photograph:
    """Digits given by strokes, float (n, 2), x right and y down, at any scale.

    share: of the longer side of all ink, what one of the digits takes; 1 for a single one.
    ruled: how likely the paper is to be.
    """
    pen = choose(random)
    smooth = [_smooth(np.asarray(stroke, np.float64)) for stroke in strokes]
    scene = Scene(np.concatenate(smooth), random, share)
    width = scene.pen(random.uniform(*pen.width))
    cover = scene.lines(smooth, width)
    return Photograph(_expose(scene, pen, width, cover, ruled, random), cover)


def photograph_glyph(glyph: NDArray[np.uint8], random: Random, ruled: float = RULED) -> Photograph:
    """A digit given as a bitmap, uint8 (28, 28), ink 255 on 0 and not empty.

    Its pen is as wide as it is, whatever it is made of. ruled: see photograph.
    """
    x, y, width, height = cv2.boundingRect(glyph)
    corners = np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], float)
    scene = Scene(corners, random)
    edge = random.uniform(0.35, 0.6)  # coverage where the enlarged pen ends
    wide, high = scene.drawn
    to_centres = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    matrix = np.linalg.inv(to_centres) @ scene.matrix @ to_centres
    large = cv2.warpPerspective(
        glyph.astype(np.float32) / 255, matrix, (wide, high), flags=cv2.INTER_CUBIC
    )
    sharp = np.clip((large - np.float32(edge)) / np.float32(_SOFT) + np.float32(0.5), 0, 1)
    coverage = scene.reduced(np.asarray(sharp, np.float32))
    ink = (glyph > 127).astype(np.uint8)
    # The pen's width is twice the ink's area over its outline.
    outline = max(1, int((ink - cv2.erode(ink, np.ones((3, 3), np.uint8))).sum()))
    share = 2 * ink.sum() / outline / max(width, height)
    picture = _expose(scene, choose(random), scene.pen(share), coverage, ruled, random)
    return Photograph(picture, coverage)


def photograph_nothing(random: Random, ruled: float = RULED) -> Photograph:
    """Paper that nothing is written on; it may be ruled, shadowed or lie on a desk."""
    scene = Scene(np.array([(0.0, 0.0), (1.0, 1.0)]), random)
    pen = choose(random)
    nothing = np.zeros(scene.size[::-1], np.float32)
    width = scene.pen(random.uniform(*pen.width))
    return Photograph(_expose(scene, pen, width, nothing, ruled, random), nothing)


def _smooth(stroke: NDArray[np.float64]) -> NDArray[np.float64]:
    """A stroke with its corners cut at a quarter of each leg (Chaikin): (n, 2)."""
    if len(stroke) < 3:
        return stroke
    start, end = stroke[:-1], stroke[1:]
    cut = np.stack([0.75 * start + 0.25 * end, 0.25 * start + 0.75 * end], axis=1)
    return np.concatenate([stroke[:1], cut.reshape(-1, 2), stroke[-1:]])


def _expose(
    scene: Scene, pen: Pen, width: float, cover: Map, ruled: float, random: Random
) -> NDArray[np.uint8]:
    """The picture of ink on paper: uint8 (h, w, 3) RGB. width: of the pen, picture pixels.

    Colours are worked on as planes (3, h, w), which NumPy does three times as fast.
    """
    grounds = BOARDS if pen is CHALK else PAPERS
    paper = vary(grounds[random.integers(len(grounds))], random)  # (3,) in [0, 1]
    ink = vary(pen.inks[random.integers(len(pen.inks))], random)
    exposure = random.uniform(*EXPOSURE) if pen is not CHALK else 1.0
    reach = float(np.abs(paper - ink).max()) * min(exposure, 1)
    least = CROP_CONTRAST if scene.extent < CROP else MIN_CONTRAST
    strength = min(max(random.uniform(*pen.strength), least / reach), 1)
    contrast = strength * reach  # of white
    tooth = np.clip(0.5 + 0.35 * grain(scene.size, int(random.integers(1, 4)), random), 0, 1)
    cover = cover * (strength - strength * random.uniform(*pen.grain) * tooth)
    if random.random() < SPECKLED:
        cover = np.maximum(cover, strength * _specks(scene, width, random))
    layers = [(cover, ink)]
    if random.random() < ruled:
        layers = [*_rules(scene, paper, contrast, pen is CHALK, random), *layers]
    if random.random() < DESK and pen is not CHALK:
        layers += _desk(scene, random)
    light = light_on(scene.size, random)
    light *= 1 + random.uniform(0, TOOTH) * grain(scene.size, 1, random)
    balance = exposure * (1 + WARMTH * random.standard_normal(3) * (1, 0, 1))
    seen = np.empty((*cover.shape, 3), np.uint8)
    for channel in range(3):
        plane = np.full(cover.shape, paper[channel])
        for amount, colour in layers:
            plane += amount * (colour[channel] - plane)
        plane *= light * np.float32(255 * balance[channel])
        seen[..., channel] = np.minimum(plane, 255)
    return record(seen, width, contrast * 255, scene.extent, random)


def _rules(
    scene: Scene, paper: Tone, contrast: float, board: bool, random: Random
) -> list[tuple[Map, Tone]]:
    """Lines across the paper, both ways on squared paper, and perhaps a margin.

    contrast: of the ink, of white. board: its lines are light.
    """
    space = scene.unit * random.uniform(*RULING_SPACE)
    reach = 1.6 * scene.unit * max(scene.size) / scene.extent  # to the picture's far edges
    at = np.arange(-reach, reach, space) + random.uniform(0, space)
    flat = [np.array([(-reach, y), (reach, y)]) + scene.middle for y in at]
    upright = [np.array([(x, -reach), (x, reach)]) + scene.middle for x in at]
    width = scene.extent * random.uniform(*RULING_WIDTH)
    amount = contrast * random.uniform(*RULING_STRENGTH)
    amount *= min(width / MIN_PEN, 1)  # a rule finer than a pixel is drawn wider, and paler
    kind = random.random()
    colour = vary((1, 1, 1) if board else RULINGS[random.integers(len(RULINGS))], random)
    both = [(flat if kind < 0.5 else flat + upright, colour)]
    if kind < 0.2:
        both.append(([upright[random.integers(len(upright))]], vary(MARGIN, random)))
    layers = []
    for lines, tone in both:
        reachable = max(float(np.abs(paper - tone).max()), 1e-3)
        layers.append((scene.lines(lines, width) * np.float32(min(amount / reachable, 1)), tone))
    return layers


def _desk(scene: Scene, random: Random) -> list[tuple[Map, Tone]]:
    """The desk beside the paper on one side where the ink leaves room, or nothing."""
    (width, height), (left, top, right, bottom) = scene.size, scene.box
    free = np.array([left / width, top / height, 1 - right / width, 1 - bottom / height])
    sides = np.flatnonzero(free > DESK_ROOM)
    if not len(sides):
        return []
    side = int(random.choice(sides))
    depth = free[side] * random.uniform(0.2, 0.7, 2)  # at both ends of the paper's edge
    shape = np.array([(0, -0.1), (depth[0], -0.1), (depth[1], 1.1), (0, 1.1)])
    shape = shape[:, ::-1] if side % 2 else shape  # the top and the bottom
    shape = 1 - shape if side >= 2 else shape
    mask = np.zeros((height, width), np.uint8)
    fixed = np.round(shape * (width, height) * (1 << _BITS)).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, _BITS)
    # The wood's grain is what shines through.
    grained = mask / np.float32(255) * (0.96 + 0.04 * grain(scene.size, 3, random).clip(-1, 1))
    return [(grained.astype(np.float32), vary(DESKS[random.integers(len(DESKS))], random))]


def _specks(scene: Scene, width: float, random: Random) -> Map:
    """Dirt and crumbs, each smaller than the pen is wide."""
    canvas = np.zeros(scene.size[::-1], np.float32)
    for _ in range(random.integers(1, MAX_SPECKS + 1)):
        at = np.round(random.uniform(0, 1, 2) * scene.size * (1 << _BITS)).astype(int)
        radius = round(width * random.uniform(0.1, 0.4) * (1 << _BITS))
        cv2.circle(
            canvas, (int(at[0]), int(at[1])), radius, random.uniform(0.3, 1), -1, shift=_BITS
        )
    return canvas
