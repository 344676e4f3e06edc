"""Makes batches for the line reader: lines drawn with many pens, damaged as in pictures, padded."""

from collections.abc import Iterator, Sequence
from typing import Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from app.strip import HEIGHT, THICKNESS, of_ink, of_strokes
from train.data.line_sets import Line, LineSet, PixelLine
from train.engine.reader_settings import GROUP
from train.networks.line_reader import SYMBOLS
from train.render.found_lines import found_line
from train.render.lines import Composer
from train.render.pixel_lines import PixelComposer
from train.render.printed_words import beside

THICKNESSES: Final = (1, 3, 3, 3, 3, 5, 5, 7, 9, 13, 17)  # of pens, chosen as often as listed
WIDTH_STEP: Final = 32  # pixels; the width of a batch is a multiple of it
# Shares of the lines.
PIXELS_SHARE: Final = 0.25  # composed of digits on paper
FOUND_SHARE: Final = 0.5  # of the other lines that are found on photographs
STRINGS_SHARE: Final = 0.1  # number strings as they were written, varied
DIGITS_SHARE: Final = 0.05  # single digits between words, varied
PRINTED_SHARE: Final = 0.08  # of all lines: with a printed word beside them
PICTURES_SHARE: Final = 0.4  # of the lines of strokes: made to a strip as pictures are

Batch = tuple[Tensor, Tensor, Tensor]  # strips (n, 1, 48, w), labels (sum,), lengths (n,)


def batches(lines: LineSet, size: int, count: int, seed: int, start: int = 0) -> Iterator[Batch]:
    """The batches from `start` up to `count` (excluded); each group of them has its own seed."""
    composer = Composer(lines.writers, lines.letters, lines.signs)
    on_paper = PixelComposer(lines.glyphs, lines.signs) if lines.glyphs else None
    for group in range(start // GROUP, count // GROUP):
        random = np.random.default_rng((seed, group))
        examples = [_line(lines, composer, on_paper, random) for _ in range(size * GROUP)]
        examples.sort(key=relative_width)
        for index in random.permutation(GROUP):
            yield batch(examples[index * size : (index + 1) * size], random)


def batch(lines: Sequence[Line | PixelLine], random: np.random.Generator | None) -> Batch:
    """The network's input for these lines. random: for pens and damage; None for neither."""
    images = [varied_strip(line, random) if random else strip_of(line) for line in lines]
    width = -(-max(image.shape[1] for image in images) // WIDTH_STEP) * WIDTH_STEP
    strips = np.zeros((len(lines), 1, HEIGHT, width), np.float32)
    for strip, image in zip(strips, images, strict=True):
        strip[0, :, : image.shape[1]] = image
    labels = [SYMBOLS.index(symbol) + 1 for line in lines for symbol in line.text]
    lengths = [len(line.text) for line in lines]
    return torch.from_numpy(strips), torch.tensor(labels), torch.tensor(lengths)


def strip_of(line: Line | PixelLine) -> NDArray[np.uint8]:
    """The strip that serving makes of a line."""
    ink = (
        of_ink(line.pixels, line.shown) if isinstance(line, PixelLine) else of_strokes(line.strokes)
    )
    return ink.pixels


def varied_strip(line: Line | PixelLine, random: np.random.Generator) -> NDArray[np.uint8]:
    """The strip of a line with a random pen, perhaps damaged or as if from a picture."""
    if isinstance(line, PixelLine):
        if line.is_found:
            return strip_of(line)
        image = damage(line.pixels, random)
        return of_ink(image if image.max() > 127 else line.pixels).pixels
    thickness = int(random.choice(THICKNESSES))
    image = damage(of_strokes(line.strokes, thickness).pixels, random)
    # A broad pen reaches beyond the margins of a strip that is made from the pen's path.
    is_picture = thickness > THICKNESS or random.random() < PICTURES_SHARE
    return of_ink(image).pixels if is_picture and image.max() > 127 else image


def relative_width(line: Line | PixelLine) -> float:
    """The ratio of width to height of a line's ink."""
    if isinstance(line, PixelLine):
        _, _, across, down = cv2.boundingRect((line.pixels > 127).astype(np.uint8))
        return across / max(down, 1)
    width, height = np.ptp(np.concatenate(line.strokes), axis=0).tolist()
    return float(width / max(height, 1e-6))


def damage(image: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """A strip as it is, or else softer, thinner or thicker, noisy, or with gaps."""
    if random.random() < 0.5:
        return image
    strip = image.astype(np.float32)
    if random.random() < 0.5:
        strip = cv2.GaussianBlur(strip, (0, 0), random.uniform(0.3, 1.1)).astype(np.float32)
    if random.random() < 0.3:
        strip += random.normal(0, random.uniform(2, 25), strip.shape).astype(np.float32)
    if random.random() < 0.5:  # as by a wrong threshold, which makes lines thinner or thicker
        low = random.uniform(0, 110)
        strip = (strip - low) * (255 / random.uniform(60, 255 - low))
    if random.random() < 0.2:
        coarse = random.random((8, max(image.shape[1] // 6, 1))).astype(np.float32)
        strip *= cv2.resize(coarse, image.shape[::-1]) > random.uniform(0.05, 0.2)
    return np.clip(strip, 0, 255).astype(np.uint8)


def _line(
    lines: LineSet,
    composer: Composer,
    on_paper: PixelComposer | None,
    random: np.random.Generator,
) -> Line | PixelLine:
    """A line of `_written`, perhaps beside a printed word."""
    line = _written(lines, composer, on_paper, random)
    if random.random() >= PRINTED_SHARE:
        return line
    if isinstance(line, Line):
        line = PixelLine(
            of_strokes(line.strokes, int(random.choice(THICKNESSES))).pixels, line.text
        )
    return beside(line, random)


def _written(
    lines: LineSet,
    composer: Composer,
    on_paper: PixelComposer | None,
    random: np.random.Generator,
) -> Line | PixelLine:
    """A line that is composed of single digits, or, more rarely, one as it was written."""
    if on_paper and random.random() < PIXELS_SHARE:
        return on_paper.draw(random)
    chance = random.random()
    if chance < STRINGS_SHARE and lines.strings:
        return vary(lines.strings[random.integers(len(lines.strings))], random)
    if chance > 1 - DIGITS_SHARE and lines.digits:
        return vary(lines.digits[random.integers(len(lines.digits))], random)
    line = composer.draw(random)
    photographed = found_line(line, random) if random.random() < FOUND_SHARE else None
    return photographed or line


def vary(line: Line, random: np.random.Generator) -> Line:
    """The same line with another slant, width and tilt, by a less steady hand."""
    stretch, slant = float(np.exp(random.normal(0, 0.12))), random.normal(0, 0.12)
    change = np.array([[stretch, random.normal(0, 0.03)], [slant, 1.0]])
    height = float(np.ptp(np.concatenate(line.strokes)[:, 1]))
    tremor = 0.004 * random.random() * height
    return Line(
        [
            stroke @ change + tremor * random.standard_normal(stroke.shape)
            for stroke in line.strokes
        ],
        line.text,
    )
