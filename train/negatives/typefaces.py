"""Printed letters and signs, bent as if by hand: things that are no digits.

The fonts are those that come with matplotlib, so that nothing has to be downloaded. No digit of
any script is among the characters, nor what train.negatives.lookalikes says is shaped like one.
"""

import unicodedata
from dataclasses import dataclass
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
from train.negatives.lookalikes import LOOKALIKES

SIDE: Final = 72  # pixels along a cached picture
SIZE: Final = 48  # pixels along the longer side of the character in it
PEN: Final = 5  # pixels, the width of its lines
_FONT_SIZE: Final = 128  # pixels an em, at which characters are rendered
FILLED: Final = 0.16  # of its size; where a line is half as wide as that, it is a filled shape
# What bends it: standard deviations and largest values, as shares of the character's size.
TURN: Final = 7.0  # degrees, standard deviation
SLANT: Final = 0.3  # pixels sideways a pixel of height, at most
STRETCH: Final = 0.3  # logarithm of the ratio of the sides, at most
BEND: Final = 0.06  # pixels a pixel of size, largest standard deviation of the displacement
_CONTROLS: Final = 4  # points of displacement along a side


def _span(first: int, last: int) -> str:
    return "".join(map(chr, range(first, last + 1)))


Picture = NDArray[np.uint8]  # (SIDE, SIDE), ink 255 on 0, the character in the middle

# Characters before digits and look-alikes are left out.
ALPHABETS: Final[dict[str, str]] = {
    "Latin": _span(0x41, 0x5A) + _span(0x61, 0x7A),
    "Greek": _span(0x391, 0x3A9) + _span(0x3B1, 0x3C9),
    "Cyrillic": _span(0x410, 0x44F) + "ЂЉЊЋЏђљњћџѪѫ",
    "Armenian": _span(0x531, 0x556) + _span(0x561, 0x586),
    "Georgian": _span(0x10D0, 0x10F0),
    "Hebrew": _span(0x5D0, 0x5EA),
    "Arabic": _span(0x621, 0x63A) + _span(0x641, 0x64A),
    "punctuation": "?%@#+=*!&~^<>[]{}",
    "more punctuation": "«»¿±×÷£¥€©®¶…",
    "arrows": _span(0x2190, 0x21B5) + _span(0x21D0, 0x21DD),
    "operators": "√∛∝∞∟∠∡∢∧∨∩∪∴∵∷∻∼∽≁≃≅≈≉≎≠≡≢≣≤≥≪≫≮≯⊂⊃⊄⊆⊇⊏⊐⊓⊔⊕⊗⊞⊟⊠⊡⊢⊣⊩⊪⊬⋈⋉⋊⋋⋌⋏⋎∀∏∐∑∆∇∈∉",
    "pictures": _span(0x25A0, 0x25FF) + _span(0x2600, 0x2672) + _span(0x2680, 0x2767),
}


@dataclass(frozen=True)
class Typefaces:
    """Some of matplotlib's fonts, and the share of drawn characters that each alphabet has.

    plain: fonts by file name. letters_only: those that have other signs in the places of some.
    """

    plain: tuple[str, ...]
    letters_only: tuple[str, ...]
    shares: tuple[tuple[str, float], ...]


# No Greek: train.negatives.lookalikes keeps that alphabet for validation. No italics: those of
# Cyrillic have other shapes, among them digits'.
TRAINING: Final = Typefaces(
    ("DejaVuSans", "DejaVuSansMono", "DejaVuSans-Oblique", "DejaVuSerif"),
    ("cmss10", "cmtt10"),
    (
        *(("Latin", 0.36), ("Cyrillic", 0.11), ("Armenian", 0.05), ("Georgian", 0.03)),
        *(("Hebrew", 0.05), ("Arabic", 0.06), ("punctuation", 0.10), ("more punctuation", 0.03)),
        *(("arrows", 0.05), ("operators", 0.07), ("pictures", 0.09)),
    ),
)
VALIDATION: Final = Typefaces(
    ("STIXGeneral", "STIXGeneralItalic"),
    ("cmr10", "cmti10"),
    (("Latin", 0.7), ("Greek", 0.3)),
)


def draw(typefaces: Typefaces, random: np.random.Generator) -> NDArray[np.uint8]:
    """A character of one of the fonts, bent: uint8 (28, 28), ink 255 on 0."""
    found = pictures(typefaces)
    shares = np.cumsum([share for _, share in typefaces.shares])
    chosen = int(np.searchsorted(shares, shares[-1] * random.random(), "right"))
    alphabet = found[typefaces.shares[chosen][0]]
    character = alphabet[int(random.integers(len(alphabet)))]
    return bend(character[int(random.integers(len(character)))], random)


def bend(picture: Picture, random: np.random.Generator) -> NDArray[np.uint8]:
    """The glyph of a picture that is slanted, stretched, turned and bent at random."""
    turn = np.deg2rad(TURN) * random.standard_normal()
    aspect = np.exp(STRETCH / 2 * random.uniform(-1, 1))
    cos, sin = np.cos(turn), np.sin(turn)
    change = np.array([[cos, -sin], [sin, cos]]) @ np.array(
        [[aspect, SLANT * random.uniform(-1, 1)], [0, 1 / aspect]]
    )
    strength = SIZE * BEND * random.random()
    coarse = strength * random.standard_normal((_CONTROLS, _CONTROLS, 2))
    local = cv2.resize(coarse.astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    maps = (_grid() @ change.T.astype(np.float32) + (SIDE - 1) / 2 + local).astype(np.float32)
    bent = cv2.remap(picture, maps[..., 0], maps[..., 1], cv2.INTER_LINEAR).astype(np.uint8)
    x, y, width, height = cv2.boundingRect((bent > 63).astype(np.uint8))
    return glyph.from_ink(bent[y : y + height, x : x + width])


def allowed(character: str) -> bool:
    """Whether it is no digit of any script and is not shaped like one."""
    return not unicodedata.category(character).startswith("N") and character not in LOOKALIKES


@cache
def pictures(typefaces: Typefaces) -> dict[str, list[list[Picture]]]:
    """For each alphabet, each allowed character as the fonts that have it show it."""
    opened = [(*_open(name), False) for name in typefaces.plain]
    opened += [(*_open(name), True) for name in typefaces.letters_only]
    found = {}
    for name, _ in typefaces.shares:
        drawn = [
            [
                _picture(font, character)
                for font, known, only_letters in opened
                if ord(character) in known
                and (not only_letters or (character.isascii() and character.isalpha()))
            ]
            for character in ALPHABETS[name]
            if allowed(character)
        ]
        lines = [[one for one in each if one is not None] for each in drawn]
        found[name] = [each for each in lines if each]
    return found


def _open(name: str) -> tuple[ImageFont.FreeTypeFont, frozenset[int]]:
    """A font of matplotlib's and the code points it has."""
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf"
    return ImageFont.truetype(str(path), _FONT_SIZE), frozenset(FT2Font(str(path)).get_charmap())


def _picture(font: ImageFont.FreeTypeFont, character: str) -> Picture | None:
    """A character's middle lines, drawn with one pen; None where it is rather a filled shape.

    In the normal form a printed hairline would vanish beside a stem, and H become two bars.
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
    if longest < _FONT_SIZE / 8 or inside.max() > FILLED * longest:
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
    """Each pixel's place from the middle, x and y: float32 (SIDE, SIDE, 2)."""
    steps = np.arange(SIDE, dtype=np.float32) - (SIDE - 1) / 2
    return np.stack(np.meshgrid(steps, steps), axis=-1).astype(np.float32)
