"""Draws things on forms besides lines: tinted fields, dotted lines to write on, and staples.

Each function draws one kind, in picture pixels, as a list of layers; see `exposure.Printer`.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from train.render.exposure import Layer, Look
from train.render.printed import MIN_WIDTH, print_tone
from train.render.scene import Map, Random, Scene
from train.render.stationery import Tone

TINT: Final = (0.06, 0.4)  # share of the print's colour in a tinted field
FIELD_WIDTH: Final = (0.3, 1.2)  # pen widths: of a field's outline
DOT_PITCH: Final = (2.0, 4.5)  # sizes of a dot, from one dot to the next
STAPLE: Final = (0.15, 0.5)  # longer sides of the digit: the length of a staple

_TRIES: Final = 12  # places that are tried for a staple


def field(scene: Scene, look: Look, random: Random) -> list[Layer]:
    """A tinted form with a white field around the ink, or a tinted field on white paper."""
    (width, height), box = scene.size, scene.box
    free = np.maximum([box[0], box[1], width - box[2], height - box[3]], 0)
    inset = free * random.uniform(-0.1, 0.95, 4)
    corners = [inset[0], inset[1], width - inset[2], height - inset[3]]
    left, top, right, bottom = (round(float(each)) for each in corners)
    outline = np.array([(left, top), (right, top), (right, bottom), (left, bottom), (left, top)])
    inside = np.zeros((height, width), np.uint8)
    cv2.rectangle(inside, (left, top), (right, bottom), 255, -1)
    tone = print_tone(look, random)
    layers = [tinted(inside if random.random() < 0.25 else 255 - inside, tone, random)]
    if random.random() < 0.7:
        line = max(look.width * random.uniform(*FIELD_WIDTH), MIN_WIDTH)
        amount = np.float32(random.uniform(0.3, 1))
        cover = scene.picture_lines([outline.astype(np.float64)], line) * amount
        layers.append((cover, tone))
    return layers


def tinted(mask: NDArray[np.uint8], tone: Tone, random: Random) -> Layer:
    """A pale tint of a colour where the mask, uint8 (h, w), is 255."""
    return (mask * np.float32(random.uniform(*TINT) / 255)).astype(np.float32), tone


def leader(scene: Scene, look: Look, random: Random) -> list[Layer]:
    """A row of dots or short dashes to write on, below the ink or above it."""
    left, top, right, bottom = scene.box
    size = max(look.width * random.uniform(0.3, 1.1), MIN_WIDTH)
    gap = scene.extent * random.uniform(0.02, 0.4) + size + look.width
    below, above = scene.size[1] - bottom, top  # the room there
    is_below = below > above if min(below, above) < gap else random.random() < 0.8
    y = bottom + min(gap, 0.9 * below) if is_below else top - min(gap, 0.9 * above)
    pitch = size * random.uniform(*DOT_PITCH)
    long = right - left
    begin, end = (long * random.uniform(-0.1, 1.0) for _ in range(2))
    slope = 0.03 * random.standard_normal()
    dash = np.array([0.0, random.choice([0.0, 0.5]) * pitch])
    dots = [
        np.stack([x + dash, np.repeat(y + slope * (x - left), 2)], axis=1)
        for x in np.arange(left - begin, right + end, pitch)
    ]
    if not dots:
        return []
    return [(scene.picture_lines(dots, size), print_tone(look, random))]


def staple(scene: Scene, look: Look, random: Random) -> list[Layer]:
    """A staple of bright metal beside the ink, with its soft shadow."""
    long = scene.extent * random.uniform(*STAPLE)
    angle = random.uniform(0, np.pi)
    half = long / 2 * np.array([np.cos(angle), np.sin(angle)])
    width = max(long * random.uniform(0.05, 0.12), 1.0)
    reach = long / 2 + 3 * width + look.width
    left, top, right, bottom = scene.box
    for _ in range(_TRIES):
        middle = random.uniform(0, 1, 2) * scene.size
        if not (
            left - reach < middle[0] < right + reach and top - reach < middle[1] < bottom + reach
        ):
            break
    else:
        return []  # there is no room beside the ink
    line = np.stack([middle - half, middle + half])
    shadow = scene.picture_lines([line + width * random.uniform(0.4, 1.5, 2)], 1.5 * width)
    blurred: Map = cv2.GaussianBlur(shadow, (0, 0), 0.3 + width * random.uniform(0.2, 1)).astype(
        np.float32
    )
    metal = np.full(3, random.uniform(0.3, 0.95), np.float32)
    dark = np.zeros(3, np.float32)
    return [
        (blurred * np.float32(random.uniform(0.3, 0.9)), dark),
        (scene.picture_lines([line], width), metal),
    ]
