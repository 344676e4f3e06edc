"""Chooses which ink of a picture is read: the ink map and the position that leave least doubt."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from app import tilt, turning
from app.ink.image import has_clean_paper
from app.ink.threshold import BITMAP_SIDE
from app.judgement.comparison import (
    are_sure,
    doubt,
    is_better,
    is_number_beside_word,
    is_refused,
    is_sure_digit,
)
from app.judgement.judged import judged
from app.judgement.writing import is_line, is_ruling, is_surely_read, is_texture, is_writing
from app.prepared import Prepared
from app.reading import Reading, UnreadableInput

MIN_SIGNED_BITMAP: Final = 0.7  # from which it is a digit and a sign, or several
MIN_PIECE_STRENGTH: Final = 64  # of 255: a glyph's pixels that are joined belong to one piece
MAX_CANDIDATES: Final = 1_000  # in all ink maps so far; with more, no other map is tried


class _MapReading(NamedTuple):
    """The ink that was found in a picture, and its reading.

    max_candidates: the most candidates in one of the ink maps that were tried.
    """

    prepared: Prepared
    reading: Reading
    max_candidates: int = 0

    @property
    def is_drawn(self) -> bool:
        """Whether it is the ink of a clean picture, of which all is known."""
        return not any(line.is_found for line in self.prepared.lines)


class InkChooser:
    """Tries ink maps and positions of a picture until what is read leaves little doubt.

    The first map is nearly always right. Another one is tried only if a third of the marks are
    refused, so that no digit is lost on ruled paper or with a broad pen, or if the numbers of a
    photograph, whose faint ink differs between the maps, are not sure. None is tried in a picture
    full of clutter, which would take seconds.

    find: yields the ink of a picture, uint8 (h, w, ...), for each ink map, the likeliest map first;
    its flag says whether all ink is one character. read: reads such ink.
    """

    def __init__(
        self,
        find: Callable[[NDArray[np.uint8], bool], Iterator[Prepared]],
        read: Callable[[Prepared], Reading],
    ) -> None:
        self._find = find
        self._read = read

    def choose(self, pixels: NDArray[np.uint8], single: bool, turn: int | None) -> Prepared:
        """The ink to read, see `Recognizer.prepare_image`; raises UnreadableInput.

        A bitmap that is too small for two digits is read as one digit, if that one is sure and
        there is no sign beside it.
        """
        if turn is not None:
            return _writing_in(self._turned(pixels, turn, single), pixels, single)
        if not single and max(pixels.shape[:2]) <= BITMAP_SIDE:
            whole = self._best_map(pixels, single=True)
            if is_sure_digit(whole.reading) and not self._has_sign(pixels, whole):
                return whole.prepared
        map_reading = self._best_map(pixels, single)
        if single:
            return _writing_in(map_reading, pixels, single)
        map_reading = self._levelled(pixels, map_reading)
        degrees, has_doubt = self._better_turn(pixels, map_reading)
        if degrees:
            map_reading = self._turned(pixels, degrees, single)
        prepared = _writing_in(map_reading, pixels, single)
        if has_doubt and prepared.reading is not None:
            return replace(prepared, reading=turning.doubted(prepared.reading))
        return prepared

    def _has_sign(self, pixels: NDArray[np.uint8], whole: _MapReading) -> bool:
        """Whether a tiny bitmap of several pieces is surely a digit and a sign, as -5 and 0.7 are.

        whole: its reading as one digit.
        """
        pieces = (whole.reading.digits[0].glyph > MIN_PIECE_STRENGTH).astype(np.uint8)
        if cv2.connectedComponents(pieces)[0] <= 2:
            return False
        reading = self._best_map(pixels, single=False, max_maps=1).reading
        has_sign = any(mark.sign is not None for mark in reading.digits)
        return has_sign and reading.confidence >= MIN_SIGNED_BITMAP

    def _levelled(self, pixels: NDArray[np.uint8], sloping: _MapReading) -> _MapReading:
        """What is found where steep lines of marks are level, unless more is refused there.

        Of one line, the slope is plain; of several it is not, so they must be read surer then.
        """
        lines = sloping.prepared.lines
        if not lines:
            return sloping
        marks = np.concatenate([line.uncut_parts for line in lines])
        of_one_line = tilt.degrees_of(marks)
        degrees = of_one_line or tilt.degrees_of_lines(marks)
        if not degrees:
            return sloping
        part, inverse = tilt.levelled(pixels, marks, degrees)
        try:
            level = self._best_map(part, single=False)
        except UnreadableInput:
            return sloping
        if not level.reading.digits or doubt(level.reading)[0] > doubt(sloping.reading)[0]:
            return sloping
        if not of_one_line and level.reading.mean_sureness <= sloping.reading.mean_sureness:
            return sloping
        size = (pixels.shape[0], pixels.shape[1])
        digits = tuple(tilt.moved(level.reading.digits, inverse, size))
        reading = replace(level.reading, digits=digits)
        prepared = replace(level.prepared, inverse=inverse, size=size, reading=reading)
        return level._replace(prepared=prepared, reading=reading)

    def _better_turn(self, pixels: NDArray[np.uint8], upright: _MapReading) -> tuple[int, bool]:
        """The degrees by which the picture must be turned to be read clearly better; else 0.

        Returns too whether it is read surer upside down, but not so clearly that it is turned.
        upright: the reading of the picture as it is.
        """
        written = judged(upright.reading)
        if is_number_beside_word(upright.reading) or not written.digits:
            return 0, False  # words look no better upside down
        turns = turning.turns_to_try(upright.reading, written, upright.max_candidates)
        small = turning.reduced(pixels) if turns else pixels
        readings = {}
        for degrees in turns:
            with contextlib.suppress(UnreadableInput):
                map_reading = self._best_map(turning.turn(small, degrees), single=False, max_maps=1)
                readings[degrees] = map_reading.reading
        degrees = turning.best_turn(readings, upright.reading)
        opposite = readings.get(180)
        if degrees or opposite is None:
            return degrees, False
        return 0, turning.may_be_upside_down(opposite, upright.reading)

    def _turned(self, pixels: NDArray[np.uint8], degrees: int, single: bool) -> _MapReading:
        """As `_best_map`, for the picture turned clockwise. Raises UnreadableInput."""
        map_reading = self._best_map(turning.turn(pixels, degrees), single)
        size = pixels.shape[:2]
        reading = turning.as_given(map_reading.reading.digits, degrees, size)
        prepared = replace(map_reading.prepared, turned=degrees, size=size, reading=reading)
        return map_reading._replace(prepared=prepared)

    def _best_map(
        self, pixels: NDArray[np.uint8], single: bool, max_maps: int | None = None
    ) -> _MapReading:
        """The ink of the map whose reading leaves the least doubt.

        max_maps: the most maps that are tried; None for all. Raises UnreadableInput.
        """
        best, counts, has_parts = _MapReading(Prepared(), Reading()), [0], False
        try:
            for prepared, reading in islice(self._readings(pixels, single), max_maps):
                # A map that shows 1s in part may be followed by one that shows them whole.
                is_part = is_line(reading, pixels)
                is_whole = has_parts and not is_part
                is_first = not best.prepared.lines
                if is_first or is_whole or is_better(reading, best.reading, best.is_drawn):
                    best = _MapReading(replace(prepared, reading=reading), reading)
                    has_parts = is_part
                counts.append(prepared.num_candidates)
                is_read = not is_refused(best.reading) and not has_parts
                is_read &= single or is_writing(best.reading, is_clean=best.is_drawn)
                is_sure = is_read and (single or are_sure(best.reading) or has_clean_paper(pixels))
                if is_sure or _is_plain(prepared) or sum(counts) > MAX_CANDIDATES:
                    break
        except UnreadableInput:
            if not best.prepared.lines:
                raise
        return best._replace(max_candidates=max(counts))

    def _readings(
        self, pixels: NDArray[np.uint8], single: bool
    ) -> Iterator[tuple[Prepared, Reading]]:
        """The ink of each map with its reading, but plain ink only if it is surely read.

        If it is not, something else may be in it, which the other maps leave out.
        """
        for prepared in self._find(pixels, single):
            reading = self._read(prepared)
            if not _is_plain(prepared) or is_surely_read(reading):
                yield prepared, reading


def _writing_in(map_reading: _MapReading, pixels: NDArray[np.uint8], single: bool) -> Prepared:
    """The ink of a reading, or none if it is not writing; a single character always is."""
    reading, side = map_reading.reading, max(pixels.shape[:2])
    rest = judged(reading)
    is_believed = single or (
        (is_writing(reading) or (is_writing(reading, is_clean=True) and has_clean_paper(pixels)))
        and not is_texture(reading, side)
        and not is_line(reading, pixels)
        and not is_ruling(reading, pixels)
        and (rest is reading or _is_beside_print(rest, pixels))
    )
    return map_reading.prepared if is_believed else Prepared()


def _is_beside_print(rest: Reading, pixels: NDArray[np.uint8]) -> bool:
    """Whether what is left without print may be writing, and no lines around the words."""
    is_believed = bool(rest.digits) and is_writing(rest, is_clean=has_clean_paper(pixels))
    return is_believed and not is_line(rest, pixels) and not is_ruling(rest, pixels)


def _is_plain(prepared: Prepared) -> bool:
    """See `InkMap`."""
    return any(line.is_plain for line in prepared.lines)
