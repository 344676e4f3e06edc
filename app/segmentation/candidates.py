"""The lines of text in an input, each with its candidates for digits and their glyphs."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import compress, pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app import glyph, strip
from app.inference.line_reader import LineReader
from app.ink.cut_ink import cutting_edges
from app.ink.image import cut_out, ink_maps, whole_glyph
from app.ink.ink_map import InkMap, with_components
from app.ink.marked.in_strokes.frames import are_frames
from app.ink.marked.in_strokes.struck import are_struck as are_strokes_struck
from app.ink.marked.in_strokes.underlines import are_underlines
from app.ink.marked.struck import are_struck
from app.ink.strokes import bounds
from app.ink.threshold import BITMAP_SIDE
from app.reading import UnreadableInput
from app.segmentation import (
    bars_above,
    cells,
    components,
    form_boxes,
    joined,
    line_cuts,
    number_gaps,
    reading_costs,
    runs,
    text_lines,
    words_apart,
)
from app.segmentation.cells import MIN_CELL_GAP, MIN_NUMBER_GAP
from app.segmentation.line_reading import LineReading
from app.segmentation.print_likeness import with_print_likeness
from app.segmentation.runs import Candidate
from app.segmentation.second_opinion import Ask
from app.segmentation.text_line import TextLine

MAX_STROKE_WIDTH: Final = 0.9  # line heights; a single stroke that is wider may be several digits
MAX_PARTS: Final = 600  # strokes or connected components in one input; 100 digits have about 200
# Of more components, only those are read that are so many times as high as the usual one, if there
# are at most so many of them.
LARGE: Final = 1.8
MAX_LARGE: Final = 60
# Pixels in all candidates of a picture's line, which take 0.2 s; only clutter has more.
MAX_CANDIDATE_PIXELS: Final = 20_000_000
DrawGlyph = Callable[[glyph.Strokes], NDArray[np.uint8]]  # see `glyph.from_strokes`


def find_in_strokes(
    strokes: glyph.Strokes,
    single: bool = False,
    max_seconds: float = math.inf,
    reader: LineReader | None = None,
    draw: DrawGlyph = glyph.from_strokes,
) -> list[TextLine]:
    """The lines of a drawing, checked strokes, from top to bottom; none without ink.

    single: all strokes are one character. max_seconds: about how long reading may take. reader:
    reads lines that may hold several characters. draw: makes the glyphs. Raises UnreadableInput,
    and CostlyInk before most of that time is spent.
    """
    if not strokes:
        return []
    if single:
        x, y, width, height = bounds(strokes)
        box = (x, y, x + width, y + height)
        return [_single_character(box, draw(strokes), _asks_of_strokes(strokes, reader))]
    _check_count(len(strokes), "strokes")
    boxes = _boxes(strokes)
    if (are_around := are_underlines(boxes) | are_frames(strokes, boxes)).any():
        strokes, boxes = list(compress(strokes, ~are_around)), boxes[~are_around]
    num_parts = reading_costs.usual_strokes(strokes)
    lines = []
    seconds = 0.0
    for line_index, members in enumerate(text_lines.group_into_lines(boxes)):
        numbers = number_gaps.split_at_wide_gaps(boxes, members, MIN_NUMBER_GAP)
        numbers, has_sign = number_gaps.with_sign_apart(boxes, numbers)
        for index, run in enumerate(numbers):
            whole = [strokes[member] for member in run]
            seconds += reading_costs.seconds_to_read_line(whole)
            reading_costs.check(seconds, max_seconds)
            divided = _divided(whole, boxes[run], reader)
            candidates = runs.find_candidates(divided.boxes, divided.sliced, num_parts)
            candidates = _likely(candidates, divided.boxes, divided.sliced, divided.reading)
            seconds += reading_costs.seconds_to_classify(candidates, divided.strokes)
            reading_costs.check(seconds, max_seconds)
            line = _line_of_strokes(divided, candidates, line_index, draw)
            ask = _asks_of_strokes(divided.strokes, reader) if len(candidates) == 1 else None
            has_sign_apart = has_sign and index == 0
            is_struck = are_strokes_struck(whole, boxes[run])
            lines.append(replace(line, ask=ask, has_sign_apart=has_sign_apart, is_struck=is_struck))
    return lines


def find_in_image(
    image: NDArray[np.uint8], single: bool = False, reader: LineReader | None = None
) -> Iterator[list[TextLine]]:
    """The lines of a picture (see `ink.image.checked`) from top to bottom, once for each ink map.

    The map that is most likely right comes first; without ink there is none. single: all ink is one
    character. reader: reads lines that may hold several characters. Maps of clutter are left out.
    Raises UnreadableInput where all are.
    """
    refusal: UnreadableInput | None = None
    has_lines = False
    for ink in ink_maps(image):
        if single:
            normal, (x, y, width, height) = whole_glyph(image, ink)
            crop, _ = cut_out(ink, image.shape)
            yield [
                _single_character((x, y, x + width, y + height), normal, _asks_of_ink(crop, reader))
            ]
            continue
        try:
            lines = _lines_of_map(image, ink, reader)
        except UnreadableInput as error:
            refusal = refusal or error
            continue
        is_tiny = max(image.shape[:2]) <= BITMAP_SIDE
        if is_tiny and [len(line.candidates) for line in lines] == [1]:
            lines = [replace(lines[0], glyphs=whole_glyph(image, ink)[0][None])]
        has_lines = True
        yield lines
    if refusal is not None and not has_lines:
        raise refusal


@dataclass(frozen=True, eq=False)
class _Divided:
    """The strokes of one line from left to right, cut where they go on to the next character.

    boxes, sliced: see `TextLine`. reading: by the line reader, if it was asked.
    """

    strokes: glyph.Strokes
    boxes: NDArray[np.float64]
    sliced: NDArray[np.bool_] | None
    reading: LineReading | None


def _divided(
    strokes: glyph.Strokes, boxes: NDArray[np.float64], reader: LineReader | None
) -> _Divided:
    if reader is None or not runs.may_be_several(boxes, MAX_STROKE_WIDTH):
        return _Divided(strokes, boxes, None, None)
    reading = LineReading.of([strip.of_strokes(strokes)], reader)
    pieces, origins = joined.divide(strokes, reading.pairs())
    if len(pieces) == len(strokes):
        return _Divided(strokes, boxes, None, reading)
    boxes = _boxes(pieces)
    order = np.argsort(boxes[:, 0] + boxes[:, 2], kind="stable").tolist()
    is_same = [origins[left] == origins[right] for left, right in pairwise(order)]
    return _Divided(
        [pieces[index] for index in order],
        boxes[order],
        np.array([False, *is_same], np.bool_),
        reading,
    )


def _likely(
    candidates: list[Candidate],
    boxes: NDArray[np.float64],
    sliced: NDArray[np.bool_] | None,
    reading: LineReading | None,
) -> list[Candidate]:
    """The candidates without those that hold several symbols of any text that is read.

    No path of a text goes through them, and most pairs of neighbouring digits are among them. Where
    digits were joined, all are kept, because the places of their symbols are less certain.
    boxes, sliced: of the line's parts.
    """
    if reading is None or (sliced is not None and sliced.any()):
        return candidates
    may_be = reading.may_be_characters(runs.boxes_of(boxes, candidates)).tolist()
    return [
        (first, last)
        for (first, last), is_likely in zip(candidates, may_be, strict=True)
        if is_likely or last - first in (1, len(boxes))
    ]


def _line_of_strokes(
    line: _Divided, candidates: list[Candidate], line_index: int, draw: DrawGlyph
) -> TextLine:
    glyphs = np.array([draw(line.strokes[first:end]) for first, end in candidates])
    return TextLine(line.boxes, line.sliced, candidates, glyphs, line.reading, line_index)


def _boxes(strokes: glyph.Strokes) -> NDArray[np.float64]:
    corners = (np.minimum.reduce, np.maximum.reduce)  # much faster than stroke.min(axis=0)
    return np.array([[corner(stroke) for corner in corners] for stroke in strokes]).reshape(-1, 4)


def _lines_of_map(
    image: NDArray[np.uint8], ink: InkMap, reader: LineReader | None
) -> list[TextLine]:
    labels, boxes, apart = line_cuts.connected_components(ink, image)
    if len(boxes) > MAX_PARTS:
        ink = replace(ink, mask=_without_print(ink.mask))
        labels, boxes, apart = line_cuts.connected_components(ink, image)
    is_struck = are_struck(labels, boxes)
    edges = cutting_edges(ink, labels, boxes, image.shape)
    lines = []
    grouped = text_lines.group_into_lines(boxes, apart=apart)
    grouped = bars_above.without_bars_above(boxes, grouped)
    number_gap = cells.number_gap(boxes, grouped)
    in_image = boxes / ink.scale + np.array([ink.left, ink.top] * 2)
    divided, forms = [[line] for line in grouped], set[int]()
    if not ink.is_plain and not ink.is_unruled:
        divided, forms = cells.split_at_rules(image, in_image, grouped)
    elif _has_wide_gap(boxes, grouped):
        divided, forms = cells.with_forms(image, in_image, grouped)
    for line_index, (line, groups) in enumerate(zip(grouped, divided, strict=True)):
        groups, in_row = form_boxes.split_at_row(boxes, line, ink.box_rows, groups, forms)
        forms |= in_row
        numbers = _numbers(boxes, groups, number_gap, forms)
        for run, has_sign_apart, reading in words_apart.readings(
            ink, labels, boxes, numbers, reader
        ):
            cuts = components.find_edges(labels, boxes, run, reading.pairs() if reading else [])
            parts = components.slice_at(labels, boxes, run, cuts)
            candidates = runs.find_candidates(parts.boxes, parts.sliced, len(boxes))
            excess = _area(runs.boxes_of(parts.boxes, candidates)) / MAX_CANDIDATE_PIXELS
            if excess > 1:
                more = math.ceil(max(len(boxes), len(parts.boxes)) * excess)
                candidates = runs.find_candidates(parts.boxes, parts.sliced, more)
            candidates = _likely(candidates, parts.boxes, parts.sliced, reading)
            crops = [parts.crop(ink, first, last) for first, last in candidates]
            glyphs = np.stack([glyph.from_ink(crop) for crop in crops])
            in_picture = parts.boxes / ink.scale + np.array([ink.left, ink.top] * 2)
            if reading is not None:
                reading = reading.moved(ink.left, ink.scale)
            ask = _asks_of_ink(crops[0], reader) if len(crops) == 1 else None
            number = TextLine(
                in_picture, parts.sliced, candidates, glyphs, reading, line_index, ask
            )
            lines.append(
                replace(
                    number,
                    is_found=ink.is_found,
                    is_plain=ink.is_plain,
                    has_sign_apart=has_sign_apart,
                    is_form=number_gap == math.inf or run[0] in forms,
                    is_struck=bool(is_struck[run].any()),
                    num_holes=parts.num_holes,
                    cutting_edges=edges,
                )
            )
    return with_print_likeness(lines)


def _without_print(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The mask; in a page of print, only what is written larger. Raises UnreadableInput."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    if count - 1 <= MAX_PARTS:
        return mask
    heights = stats[:, cv2.CC_STAT_HEIGHT]
    is_large = heights > LARGE * np.median(heights[1:])
    is_large[0] = False
    if not 0 < is_large.sum() <= MAX_LARGE:
        _check_count(count - 1, "pieces of ink")
    return with_components(labels.astype(np.int32), is_large)


def _has_wide_gap(boxes: NDArray[np.float64], lines: list[list[int]]) -> bool:
    """Whether digits are as far apart as those in boxes; in most clean pictures none are."""
    return any(len(number_gaps.split_at_wide_gaps(boxes, line, MIN_CELL_GAP)) > 1 for line in lines)


def _numbers(
    boxes: NDArray[np.float64], groups: list[list[int]], gap: float, forms: set[int]
) -> Iterator[tuple[list[int], bool]]:
    """The parts of each number of a line, and whether its first one may be a sign that is apart.

    boxes: of the parts. groups: the line's parts, which rules divide. gap: between two numbers.
    forms: the first parts of groups that no gap divides.
    """
    for group in groups:
        if group[0] in forms:
            yield group, False
            continue
        numbers, has_sign = number_gaps.split_at_wide_gaps(boxes, group, gap), False
        if gap == MIN_NUMBER_GAP:  # cells hold no signs of the numbers in others
            numbers, has_sign = number_gaps.with_sign_apart(boxes, numbers)
        yield from ((number, has_sign and index == 0) for index, number in enumerate(numbers))


def _single_character(
    box: tuple[float, float, float, float], normal: NDArray[np.uint8], ask: Ask | None
) -> TextLine:
    """All ink as one digit; box: left, top, right, bottom; normal: its glyph."""
    boxes = np.array([box], np.float64)
    return TextLine(boxes, None, [(0, 1)], normal[None], ask=ask, is_single=True)


def _asks_of_strokes(strokes: glyph.Strokes, reader: LineReader | None) -> Ask | None:
    """What asks the line reader for its opinion on these strokes."""
    return None if reader is None else lambda: reader.scores(strip.of_strokes(strokes).pixels)


def _asks_of_ink(crop: NDArray[np.uint8], reader: LineReader | None) -> Ask | None:
    """What asks the line reader for its opinion on a picture's ink, see `strip.of_ink`."""
    return None if reader is None else lambda: reader.scores(strip.of_ink(crop).pixels)


def _area(boxes: NDArray[np.float64]) -> float:
    return float(((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])).sum())


def _check_count(count: int, name: str) -> None:
    if count > MAX_PARTS:
        raise UnreadableInput(f"expected at most {MAX_PARTS} {name}, got {count}")
