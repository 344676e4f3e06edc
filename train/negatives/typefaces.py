"""Draws printed letters and signs with the line of a pen, and bends them as in handwriting."""

from functools import cache
from pathlib import Path
from typing import Final

import cv2
import matplotlib
import numpy as np
from matplotlib.ft2font import FT2Font
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from app import glyph
from train.negatives.alphabets import ALPHABETS, Typefaces, is_allowed

SIDE: Final = 72  # pixels: the side of a cached picture
SIZE: Final = 48  # pixels: the longer side of the character in it
PEN: Final = 5  # pixels: the width of its lines
_FONT_SIZE: Final = 128  # pixels per em when characters are rendered
MAX_LINE: Final = 0.16  # of the size: half a line's width; broader ones are filled shapes
# How characters are bent.
TURN: Final = 7.0  # degrees: standard deviation
MAX_SLANT: Final = 0.3  # pixels sideways per pixel of height
MAX_STRETCH: Final = 0.3  # logarithm of the change of the ratio of the sides
MAX_BEND: Final = 0.06  # of the size: standard deviation of local displacements
_CONTROLS: Final = 4  # displaced points along a side; displacements between them are interpolated

Picture = NDArray[np.uint8]  # (SIDE, SIDE), ink 255 on 0, the character in the middle


def draw(typefaces: Typefaces, random: np.random.Generator) -> NDArray[np.uint8]:
    """A character of one of the fonts, bent: uint8 (28, 28), ink 255 on 0."""
    by_alphabet = pictures(typefaces)
    shares = np.cumsum([share for _, share in typefaces.shares])
    chosen = int(np.searchsorted(shares, shares[-1] * random.random(), "right"))
    alphabet = by_alphabet[typefaces.shares[chosen][0]]
    character = alphabet[int(random.integers(len(alphabet)))]
    return bend(character[int(random.integers(len(character)))], random)


def bend(picture: Picture, random: np.random.Generator) -> NDArray[np.uint8]:
    """The glyph of a picture, slanted, stretched, turned and bent at random: uint8 (28, 28)."""
    turn = np.deg2rad(TURN) * random.standard_normal()
    aspect = np.exp(MAX_STRETCH / 2 * random.uniform(-1, 1))
    cos, sin = np.cos(turn), np.sin(turn)
    change = np.array([[cos, -sin], [sin, cos]]) @ np.array(
        [[aspect, MAX_SLANT * random.uniform(-1, 1)], [0, 1 / aspect]]
    )
    strength = SIZE * MAX_BEND * random.random()
    coarse = strength * random.standard_normal((_CONTROLS, _CONTROLS, 2))
    local = cv2.resize(coarse.astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    maps = (_grid() @ change.T.astype(np.float32) + (SIDE - 1) / 2 + local).astype(np.float32)
    bent = cv2.remap(picture, maps[..., 0], maps[..., 1], cv2.INTER_LINEAR).astype(np.uint8)
    x, y, width, height = cv2.boundingRect((bent > 63).astype(np.uint8))
    return glyph.from_ink(bent[y : y + height, x : x + width])


@cache
def pictures(typefaces: Typefaces) -> dict[str, list[list[Picture]]]:
    """For each alphabet, the pictures of each allowed character in the fonts that have it."""
    fonts = [(*_open(name), False) for name in typefaces.plain]
    fonts += [(*_open(name), True) for name in typefaces.letters_only]
    by_alphabet = {}
    for name, _ in typefaces.shares:
        characters = [
            [
                _picture(font, character)
                for font, code_points, only_letters in fonts
                if ord(character) in code_points
                and (not only_letters or (character.isascii() and character.isalpha()))
            ]
            for character in ALPHABETS[name]
            if is_allowed(character)
        ]
        lines = [[picture for picture in each if picture is not None] for each in characters]
        by_alphabet[name] = [each for each in lines if each]
    return by_alphabet


def _open(name: str) -> tuple[ImageFont.FreeTypeFont, frozenset[int]]:
    """One of matplotlib's fonts, and the code points that it covers."""
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf"
    return ImageFont.truetype(str(path), _FONT_SIZE), frozenset(FT2Font(str(path)).get_charmap())


def _picture(font: ImageFont.FreeTypeFont, character: str) -> Picture | None:
    """A character's middle lines, drawn with one pen; None for tiny characters and filled shapes.

    Otherwise a printed hairline would vanish in the normal form, and an H would become two bars.
    """
    left, top, right, bottom = (round(edge) for edge in font.getbbox(character))
    image = Image.new("L", (right - left + 8, bottom - top + 8), 0)
    ImageDraw.Draw(image).text((4 - left, 4 - top), character, fill=255, font=font)
    ink = np.asarray(image, np.uint8)
    x, y, width, height = cv2.boundingRect(ink)
    inside = cv2.distanceTransform(
        cv2.copyMakeBorder(ink[y : y + height, x : x + width], *(1,) * 4, cv2.BORDER_CONSTANT)
        // 128,
        cv2.DIST_L2,
        cv2.DIST_MASK_5,
    )
    longest = max(width, height)
    if longest < _FONT_SIZE / 8 or inside.max() > MAX_LINE * longest:
        return None
    spine = (inside > 0) & (inside >= cv2.dilate(inside, np.ones((3, 3), np.uint8)))
    scale = (SIZE - PEN) / longest
    pen = round(PEN / scale)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (pen, pen))
    line = cv2.dilate(
        cv2.copyMakeBorder(spine.astype(np.uint8) * 255, *(pen,) * 4, cv2.BORDER_CONSTANT), disc
    )
    size = (max(1, round(line.shape[1] * scale)), max(1, round(line.shape[0] * scale)))
    small = cv2.resize(line, size, interpolation=cv2.INTER_AREA)
    picture = np.zeros((SIDE, SIDE), np.uint8)
    corner_y, corner_x = (SIDE - size[1]) // 2, (SIDE - size[0]) // 2
    picture[corner_y : corner_y + size[1], corner_x : corner_x + size[0]] = small
    return picture


@cache
def _grid() -> NDArray[np.float32]:
    """Each pixel's offset from the middle, x and y: float32 (SIDE, SIDE, 2)."""
    steps = np.arange(SIDE, dtype=np.float32) - (SIDE - 1) / 2
    return np.stack(np.meshgrid(steps, steps), axis=-1).astype(np.float32)
