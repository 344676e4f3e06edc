"""Renders what a camera sees of ink on paper, which may be ruled or lie on a desk, in some light.

Each colour channel is an array of its own, which makes NumPy three times as fast.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from train.render.camera import CROP_PIXELS, grain, light_on, record
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
    vary,
)

RULED_SHARE: Final = 0.22  # share of pictures with ruled paper; half of it is squared
RULING_SPACE: Final = (0.45, 1.3)  # longer sides of the digit
RULING_WIDTH: Final = (0.006, 0.014)  # longer sides of the digit
RULING_STRENGTH: Final = (0.2, 0.7)  # of the ink's contrast; stronger lines could be ink
DESK_SHARE: Final = 0.1  # share of pictures that show the desk beside the paper
MIN_DESK_ROOM: Final = 0.1  # share of the picture's side that must be free beside the ink
SPECKLED_SHARE: Final = 0.15  # share of pictures with specks of dirt
MAX_SPECKS: Final = 6
EXPOSURE: Final = (0.55, 1.08)  # of white; above 1, the picture is overexposed
WARMTH: Final = 0.08  # standard deviation of the gains of red and blue
MAX_TOOTH: Final = 0.02  # standard deviation of the paper's brightness
MIN_CONTRAST: Final = 0.16  # of white, in the channel in which ink and paper differ most
MIN_CROP_CONTRAST: Final = 0.35  # the same for a digit smaller than CROP_PIXELS

_BITS: Final = 4  # fractional bits of the coordinates that OpenCV draws


Layer = tuple[Map, Tone]  # the share of each pixel that it covers, and its colour


@dataclass(frozen=True, eq=False)
class Look:
    """The colours of paper and ink, and the pen's width in picture pixels."""

    paper: Tone
    ink: Tone
    width: float


Printer = Callable[[Scene, Look, Random], list[Layer]]  # draws what lies below the ink


@dataclass(frozen=True)
class Surroundings:
    """What a picture shows besides the ink.

    ruled: probability of ruled paper. printer: draws what is printed on the paper, if anything.
    is_clean: whether the picture is from a screen or a scanner instead of a camera.
    """

    ruled: float = RULED_SHARE
    printer: Printer | None = None
    is_clean: bool = False


def expose(
    scene: Scene, pen: Pen, width: float, cover: Map, around: Surroundings, random: Random
) -> NDArray[np.uint8]:
    """The picture of ink on paper: uint8 (h, w, 3) RGB. width: of the pen, picture pixels."""
    grounds = BOARDS if pen is CHALK else PAPERS
    paper = vary(grounds[random.integers(len(grounds))], random)  # (3,) in [0, 1]
    ink = vary(pen.inks[random.integers(len(pen.inks))], random)
    exposure = random.uniform(*EXPOSURE) if pen is not CHALK else 1.0
    reach = float(np.abs(paper - ink).max()) * min(exposure, 1)
    min_contrast = MIN_CROP_CONTRAST if scene.extent < CROP_PIXELS else MIN_CONTRAST
    strength = min(max(random.uniform(*pen.strength), min_contrast / reach), 1)
    contrast = strength * reach  # of white
    tooth = np.clip(0.5 + 0.35 * grain(scene.size, int(random.integers(1, 4)), random), 0, 1)
    cover = cover * (strength - strength * random.uniform(*pen.grain) * tooth)
    if random.random() < SPECKLED_SHARE:
        cover = np.maximum(cover, strength * _specks(scene, width, random))
    layers: list[Layer] = [(cover, ink)]
    if random.random() < around.ruled:
        layers = [*_rules(scene, paper, contrast, pen is CHALK, random), *layers]
    if around.printer is not None:
        layers = [*around.printer(scene, Look(paper, ink, width), random), *layers]
    if random.random() < DESK_SHARE and pen is not CHALK:
        layers += _desk(scene, random)
    light = light_on(scene.size, random)
    light *= 1 + random.uniform(0, MAX_TOOTH) * grain(scene.size, 1, random)
    balance = exposure * (1 + WARMTH * random.standard_normal(3) * (1, 0, 1))
    picture = mix(paper, layers, light, 255 * balance)
    return record(picture, width, contrast * 255, scene.extent, random)


def mix(
    paper: Tone, layers: list[Layer], light: Map | float, white: NDArray[np.floating]
) -> NDArray[np.uint8]:
    """Layers on paper, the lowest one first, in a light: uint8 (h, w, 3).

    white: (3,), the levels of a white pixel where the light is 1.
    """
    shape = layers[0][0].shape
    picture = np.empty((*shape, 3), np.uint8)
    for channel in range(3):
        plane = np.full(shape, paper[channel], np.float32)
        for amount, colour in layers:
            plane += amount * (colour[channel] - plane)
        plane *= light * np.float32(white[channel])
        picture[..., channel] = np.minimum(plane, 255)
    return picture


def _rules(scene: Scene, paper: Tone, contrast: float, board: bool, random: Random) -> list[Layer]:
    """The lines of ruled or squared paper, perhaps with a margin.

    contrast: of the ink, as a share of white. board: whether the lines are white.
    """
    space = scene.unit * random.uniform(*RULING_SPACE)
    reach = 1.6 * scene.unit * max(scene.size) / scene.extent  # to the picture's far edges
    offsets = np.arange(-reach, reach, space) + random.uniform(0, space)
    flat = [np.array([(-reach, y), (reach, y)]) + scene.middle for y in offsets]
    upright = [np.array([(x, -reach), (x, reach)]) + scene.middle for x in offsets]
    width = scene.extent * random.uniform(*RULING_WIDTH)
    amount = contrast * random.uniform(*RULING_STRENGTH)
    amount *= min(width / MIN_PEN, 1)  # lines finer than a pixel are drawn wider and paler
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


def _desk(scene: Scene, random: Random) -> list[Layer]:
    """The desk on one side of the paper, if the ink leaves room for it; else no layer."""
    (width, height), (left, top, right, bottom) = scene.size, scene.box
    free = np.array([left / width, top / height, 1 - right / width, 1 - bottom / height])
    sides = np.flatnonzero(free > MIN_DESK_ROOM)
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
    # Where the mask is thinner, the grain of the wood shows.
    grained = mask / np.float32(255) * (0.96 + 0.04 * grain(scene.size, 3, random).clip(-1, 1))
    return [(grained.astype(np.float32), vary(DESKS[random.integers(len(DESKS))], random))]


def _specks(scene: Scene, width: float, random: Random) -> Map:
    """Dirt and crumbs, each smaller than the pen's width."""
    canvas = np.zeros(scene.size[::-1], np.float32)
    for _ in range(random.integers(1, MAX_SPECKS + 1)):
        centre = np.round(random.uniform(0, 1, 2) * scene.size * (1 << _BITS)).astype(int)
        radius = round(width * random.uniform(0.1, 0.4) * (1 << _BITS))
        cv2.circle(
            canvas,
            (int(centre[0]), int(centre[1])),
            radius,
            random.uniform(0.3, 1),
            -1,
            shift=_BITS,
        )
    return canvas
