"""What is no digit: a mix to learn from, and sets to measure by.

Everything here ends in the serving code's normal form, as a digit would.
"""

import zlib
from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app import glyph
from app.ink import strokes as ink
from train.augment.glyphs import PENS, draw_ink
from train.augment.strokes import vary_ink
from train.config import Config
from train.data.datasets import Characters, Digits, Ink
from train.negatives import doodles, fragments, scribbles, smudges, typefaces, unseen
from train.negatives.curves import Drawing, Strokes

# Share of each kind among the negatives that are trained on.
SHARES: Final[dict[str, float]] = {
    "characters": 0.28,  # Omniglot's, by hand: the nearest to what people will write
    "typefaces": 0.25,  # printed letters and signs, bent
    "scribbles": 0.12,
    "doodles": 0.12,
    "fragments": 0.08,
    "glued": 0.10,  # digits run together, half of them the pen's and half MNIST's
    "smudges": 0.03,
    "dots": 0.02,
}
_TURNED: Final = 0.2  # share of characters that are mirrored, or turned by any angle
# Path length, in sizes of the drawing, from which a turned character is too intricate for a
# digit. Shorter ones are not turned: L upside down is a 7, m on its side a 3, p mirrored a 9.
_INTRICATE: Final = 5.5

_HAND: Final = Config()  # how far another hand's slant, aspect and tremor go
_SAMPLES: Final = 24  # of a stroke as long as the drawing is large

Glyph = NDArray[np.uint8]  # (28, 28), ink 255 on 0


class Negatives:
    """Draws glyphs that are no digits.

    characters: of the training alphabets, without look-alikes; may be empty.
    pen, mnist: training digits, one at least, for what is broken or glued.
    """

    def __init__(self, characters: Characters, pen: Ink, mnist: Digits) -> None:
        self._characters = [_thinned_out(strokes) for strokes in characters.strokes]
        self._fragments = fragments.Fragments(pen)
        self._mnist = mnist

    def draw(self, count: int, random: np.random.Generator) -> NDArray[np.uint8]:
        """A mix by SHARES in random order: uint8 (count, 28, 28), about 1 ms each."""
        ways: dict[str, Callable[[np.random.Generator], Glyph]] = {
            "characters": self._character,
            "typefaces": lambda random: typefaces.draw(typefaces.TRAINING, random),
            "scribbles": lambda random: _by_hand(_one_of(scribbles.ALL, random), random),
            "doodles": lambda random: _by_hand(_one_of(doodles.ALL, random), random),
            "fragments": lambda random: _by_hand(self._fragments.draw(random), random),
            "glued": lambda random: _glued(self._fragments, self._mnist, random),
            "smudges": smudge,
            "dots": dot,
        }
        kinds = [kind for kind in ways if kind != "characters" or self._characters]
        shares = np.array([SHARES[kind] for kind in kinds])
        made = np.zeros((count, glyph.SIDE, glyph.SIDE), np.uint8)
        for number, chosen in enumerate(random.choice(len(kinds), count, p=shares / shares.sum())):
            made[number] = ways[kinds[chosen]](random)
        return made

    def _character(self, random: np.random.Generator) -> Glyph:
        strokes = self._characters[int(random.integers(len(self._characters)))]
        if random.random() < _TURNED and _path_length(strokes) > _INTRICATE:
            strokes = _turned(strokes, random)
        return draw_ink(strokes, _HAND, random)


def validation_negatives(
    characters: Characters, pen: Ink, mnist: Digits, seed: int = 0, count: int = 1000
) -> dict[str, NDArray[np.uint8]]:
    """Glyphs that are no digits, uint8 (n, 28, 28), by what they are; the same for a seed.

    characters: of the validation alphabets, without look-alikes, each drawing used once, plain.
    pen, mnist: validation digits, one at least. count: glyphs in each of the other sets.
    Nothing is like training's: the letters are of other fonts, the scribbles of other kinds,
    the broken and glued digits of other writers.
    """
    broken = fragments.Fragments(pen)
    ways: dict[str, Callable[[np.random.Generator], Glyph]] = {
        "letters": lambda random: typefaces.draw(typefaces.VALIDATION, random),
        "scribbles": lambda random: _by_hand(_one_of(unseen.ALL, random), random),
        "fragments": lambda random: _by_hand(broken.draw(random), random),
        "glued": lambda random: _glued(broken, mnist, random),
    }
    drawings = [ink.ink_glyph(strokes) for strokes in characters.strokes]
    made = {"omniglot": np.array(drawings, np.uint8).reshape(-1, glyph.SIDE, glyph.SIDE)}
    for name, way in ways.items():
        random = np.random.default_rng((seed, zlib.crc32(name.encode())))
        made[name] = np.stack([way(random) for _ in range(count)])
    return made


def smudge(random: np.random.Generator) -> Glyph:
    """Blots, textures and noise."""
    picture = smudges.ALL[int(random.integers(len(smudges.ALL)))](random)
    x, y, width, height = cv2.boundingRect(picture)
    return glyph.from_ink(picture[y : y + height, x : x + width]) if width else dot(random)


def dot(random: np.random.Generator) -> Glyph:
    """A tap, or a pen that has hardly moved."""
    reach = np.array([1.9, 1.2]) / 2  # pixels; app.glyph draws what stays within 2 as a dot
    points = random.uniform(-reach, reach, (int(random.integers(1, 5)), 2))
    return glyph.from_strokes([points], random.uniform(*PENS))


def _by_hand(strokes: Strokes, random: np.random.Generator) -> Glyph:
    return draw_ink([stroke.astype(np.float32) for stroke in strokes], _HAND, random)


def _glued(broken: fragments.Fragments, mnist: Digits, random: np.random.Generator) -> Glyph:
    if random.random() < 0.5:
        return fragments.glue_bitmaps(mnist, random)
    # A broad pen would run digits of half a glyph's size together.
    strokes = vary_ink(broken.glued(random), _HAND, random)
    return glyph.from_strokes(strokes, random.uniform(PENS[0], glyph.PEN))


def _one_of(drawings: tuple[Drawing, ...], random: np.random.Generator) -> Strokes:
    return drawings[int(random.integers(len(drawings)))](random)


def _path_length(strokes: list[NDArray[np.float32]]) -> float:
    """How far the pen went on the paper, in sizes of the drawing."""
    size = float(np.ptp(np.concatenate(strokes), axis=0).max())
    length = sum(float(np.hypot(*np.diff(stroke, axis=0).T).sum()) for stroke in strokes)
    return length / max(size, 1e-6)


def _thinned_out(strokes: list[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
    """Strokes with fewer samples: Omniglot has several to a pixel of a glyph, which take time."""
    size = float(np.ptp(np.concatenate(strokes), axis=0).max())
    thinned = []
    for stroke in strokes:
        steps = np.hypot(*np.diff(stroke, axis=0).T)
        far = np.diff(np.floor(np.cumsum(steps) / max(size, 1e-6) * _SAMPLES), prepend=0) > 0
        thinned.append(np.concatenate([stroke[:1], stroke[1:][far], stroke[-1:]]))
    return thinned


def _turned(
    strokes: list[NDArray[np.float32]], random: np.random.Generator
) -> list[NDArray[np.float32]]:
    """Mirrored or not, and turned by any angle or not."""
    angle = random.uniform(0, 2 * np.pi) if random.random() < 0.7 else 0.0
    mirror = random.choice([-1.0, 1.0]) if angle else -1.0
    cos, sin = np.cos(angle), np.sin(angle)
    change = np.array([[cos * mirror, -sin], [sin * mirror, cos]])
    return [(stroke @ change.T).astype(np.float32) for stroke in strokes]
