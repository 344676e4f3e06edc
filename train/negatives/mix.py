"""Mixes negatives of all kinds to train on, and makes sets of them to measure with.

All are brought to the normal form by the code that serves, as digits are.
"""

import zlib
from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app import glyph
from app.ink.strokes import ink_glyph
from train.augment.glyphs import PENS, draw_ink
from train.augment.strokes import vary_ink
from train.config import Config
from train.data.datasets import Characters, Digits, Ink
from train.data.unipen_sets import Writing, writer_weights
from train.negatives import alphabets, doodles, fragments, scribbles, smudges, typefaces, unseen
from train.negatives.curves import Drawing, Strokes

# The share of each kind among the negatives that are trained on.
SHARES: Final[dict[str, float]] = {
    "letters": 0.24,  # UNIPEN's handwritten letters and signs
    "characters": 0.23,  # Omniglot's handwritten characters of several alphabets
    "typefaces": 0.18,  # printed letters and signs, bent
    "scribbles": 0.09,
    "doodles": 0.09,
    "fragments": 0.06,
    "glued": 0.08,  # digits that run together, half of them pen digits and half MNIST's
    "smudges": 0.02,
    "dots": 0.01,
}
_TURNED_SHARE: Final = 0.2  # of the characters, mirrored or turned by any angle
# The path length, in sizes of the drawing, above which a turned character is too intricate to be a
# digit. Simpler ones are not turned: L upside down is a 7, m on its side a 3, p mirrored a 9.
_MIN_TURNED_LENGTH: Final = 5.5

_HANDWRITING: Final = Config()  # how much slant, aspect and tremor vary
_SAMPLES: Final = 24  # of a stroke that is as long as the drawing is large

Glyph = NDArray[np.uint8]  # (28, 28), ink 255 on 0


class Negatives:
    """Draws negatives to train on.

    characters: of the training alphabets, without look-alikes; may be empty.
    pen, mnist: training digits, at least one, to be broken or glued. letters: of training writers,
    without look-alikes; may be empty. Each writer and each letter is drawn about as often.
    """

    def __init__(self, characters: Characters, pen: Ink, mnist: Digits, letters: Writing) -> None:
        self._characters = [_drop_samples(strokes) for strokes in characters.strokes]
        self._letters = [_drop_samples(strokes) for strokes in letters.strokes]
        weights = writer_weights(letters.writers) * writer_weights(letters.labels)
        self._letter_share = weights / (weights.sum() or 1)
        self._fragments = fragments.Fragments(pen)
        self._mnist = mnist

    def draw(self, count: int, random: np.random.Generator) -> NDArray[np.uint8]:
        """A mix of all kinds by SHARES, in random order: uint8 (count, 28, 28), about 1 ms each."""
        makers: dict[str, Callable[[np.random.Generator], Glyph]] = {
            "letters": self._letter,
            "characters": self._character,
            "typefaces": lambda random: typefaces.draw(alphabets.TRAINING, random),
            "scribbles": lambda random: _write(_pick(scribbles.ALL, random), random),
            "doodles": lambda random: _write(_pick(doodles.ALL, random), random),
            "fragments": lambda random: _write(self._fragments.draw(random), random),
            "glued": lambda random: _glued(self._fragments, self._mnist, random),
            "smudges": smudge,
            "dots": dot,
        }
        empty = {
            name
            for name, strokes in (("letters", self._letters), ("characters", self._characters))
            if not strokes
        }
        kinds = [kind for kind in makers if kind not in empty]
        shares = np.array([SHARES[kind] for kind in kinds])
        glyphs = np.zeros((count, glyph.SIDE, glyph.SIDE), np.uint8)
        for number, chosen in enumerate(random.choice(len(kinds), count, p=shares / shares.sum())):
            glyphs[number] = makers[kinds[chosen]](random)
        return glyphs

    def _letter(self, random: np.random.Generator) -> Glyph:
        index = int(random.choice(len(self._letters), p=self._letter_share))
        return draw_ink(self._letters[index], _HANDWRITING, random)

    def _character(self, random: np.random.Generator) -> Glyph:
        strokes = self._characters[int(random.integers(len(self._characters)))]
        if random.random() < _TURNED_SHARE and _path_length(strokes) > _MIN_TURNED_LENGTH:
            strokes = _turn(strokes, random)
        return draw_ink(strokes, _HANDWRITING, random)


def validation_negatives(
    characters: Characters, pen: Ink, mnist: Digits, seed: int = 0, count: int = 1000
) -> dict[str, NDArray[np.uint8]]:
    """Negatives to measure with, uint8 (n, 28, 28), by kind, as the seed decides.

    characters: of the validation alphabets, without look-alikes; each is used once, unchanged.
    pen, mnist: validation digits, at least one. count: glyphs in each of the other sets.
    None are like those of training: the letters have other fonts, the scribbles are of other kinds,
    and the broken and glued digits are by other writers.
    """
    broken = fragments.Fragments(pen)
    makers: dict[str, Callable[[np.random.Generator], Glyph]] = {
        "letters": lambda random: typefaces.draw(alphabets.VALIDATION, random),
        "scribbles": lambda random: _write(_pick(unseen.ALL, random), random),
        "fragments": lambda random: _write(broken.draw(random), random),
        "glued": lambda random: _glued(broken, mnist, random),
    }
    drawings = [ink_glyph(strokes) for strokes in characters.strokes]
    glyphs = {"omniglot": np.array(drawings, np.uint8).reshape(-1, glyph.SIDE, glyph.SIDE)}
    for name, make in makers.items():
        random = np.random.default_rng((seed, zlib.crc32(name.encode())))
        glyphs[name] = np.stack([make(random) for _ in range(count)])
    return glyphs


def smudge(random: np.random.Generator) -> Glyph:
    """A blot, a texture or noise."""
    picture = smudges.ALL[int(random.integers(len(smudges.ALL)))](random)
    x, y, width, height = cv2.boundingRect(picture)
    return glyph.from_ink(picture[y : y + height, x : x + width]) if width else dot(random)


def dot(random: np.random.Generator) -> Glyph:
    """A tap of the pen, which hardly moves."""
    reach = np.array([1.9, 1.2]) / 2  # pixels; app.glyph draws ink within 2 pixels as a dot
    points = random.uniform(-reach, reach, (int(random.integers(1, 5)), 2))
    return glyph.from_strokes([points], random.uniform(*PENS))


def _write(strokes: Strokes, random: np.random.Generator) -> Glyph:
    return draw_ink([stroke.astype(np.float32) for stroke in strokes], _HANDWRITING, random)


def _glued(broken: fragments.Fragments, mnist: Digits, random: np.random.Generator) -> Glyph:
    if random.random() < 0.5:
        return fragments.glue_bitmaps(mnist, random)
    # With a broad pen, digits of half a glyph's size would run together.
    strokes = vary_ink(broken.glued(random), _HANDWRITING, random)
    return glyph.from_strokes(strokes, random.uniform(PENS[0], glyph.PEN))


def _pick(drawings: tuple[Drawing, ...], random: np.random.Generator) -> Strokes:
    return drawings[int(random.integers(len(drawings)))](random)


def _path_length(strokes: list[NDArray[np.float32]]) -> float:
    """The length of all strokes, in sizes of the drawing."""
    size = float(np.ptp(np.concatenate(strokes), axis=0).max())
    length = sum(float(np.hypot(*np.diff(stroke, axis=0).T).sum()) for stroke in strokes)
    return length / max(size, 1e-6)


def _drop_samples(strokes: list[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
    """The strokes with fewer samples; Omniglot has several per glyph pixel, which take time."""
    size = float(np.ptp(np.concatenate(strokes), axis=0).max())
    thinned = []
    for stroke in strokes:
        steps = np.hypot(*np.diff(stroke, axis=0).T)
        is_kept = np.diff(np.floor(np.cumsum(steps) / max(size, 1e-6) * _SAMPLES), prepend=0) > 0
        thinned.append(np.concatenate([stroke[:1], stroke[1:][is_kept], stroke[-1:]]))
    return thinned


def _turn(
    strokes: list[NDArray[np.float32]], random: np.random.Generator
) -> list[NDArray[np.float32]]:
    """Mirrors a drawing, or turns it by any angle, or both."""
    angle = random.uniform(0, 2 * np.pi) if random.random() < 0.7 else 0.0
    mirror = random.choice([-1.0, 1.0]) if angle else -1.0
    cos, sin = np.cos(angle), np.sin(angle)
    change = np.array([[cos * mirror, -sin], [sin * mirror, cos]])
    return [(stroke @ change.T).astype(np.float32) for stroke in strokes]
