"""Candidates for digits: their maximum number, and which ink map of a picture is read."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from numpy.typing import NDArray

from app.inference.line_reader import LineReader
from app.ink.ink_map import InkMap
from app.reading import UnreadableInput
from app.recognizer import Recognizer
from app.segmentation import candidates, runs
from app.segmentation.text_line import TextLine
from tests.support.drawings import placed

Picture = NDArray[np.uint8]


def num_candidates(lines: list[TextLine]) -> int:
    return sum(len(line.candidates) for line in lines)


def scribble(seed: int, points: int = 40) -> list[NDArray[np.float64]]:
    """One stroke that wanders at random."""
    return [np.random.default_rng(seed).uniform(0, 100, (points, 2))]


def test_clutter_is_not_more_work_than_a_full_sheet() -> None:
    stripes = np.full((600, 600), 255, np.uint8)
    stripes[:, ::6] = 0
    stripes[::40] = 0
    stripes[20::40, ::3] = 255
    counts = [num_candidates(lines) for lines in islice(candidates.find_in_image(stripes), 2)]
    assert max(counts, default=0) < 3 * candidates.MAX_PARTS
    strokes = np.random.default_rng(0).uniform(0, 500, (100, 300, 2))
    assert num_candidates(candidates.find_in_strokes(list(strokes))) < 3 * len(strokes)


def test_ink_maps_are_tried_until_one_can_be_read(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first map shows a scribble and the second a 3; no third one is made."""
    three = candidates.find_in_strokes(placed(3, 0, 0, 90), True)
    maps = [candidates.find_in_strokes(scribble(0), True), three]
    calls = []

    def find_in_image(image: Picture, single: bool, _: LineReader) -> Iterator[list[TextLine]]:
        for lines in maps:
            calls.append(single)
            yield lines
        pytest.fail("no other ink map is made once one can be read")

    monkeypatch.setattr(candidates, "find_in_image", find_in_image)
    empty = np.zeros((9, 9), np.uint8)
    assert recognizer.read_ink(scribble(0), single=True).text == "?"
    assert recognizer.read_image(empty, single=True).text == "3"
    assert calls == [True, True]
    maps[1:] = [candidates.find_in_strokes(scribble(1, 60), True)]
    monkeypatch.setattr(pytest, "fail", lambda _: None)
    assert recognizer.read_image(empty).text == "?", "where all are refused, that is the reading"


def test_an_ink_map_that_fails_does_not_spoil_an_earlier_one(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find_in_image(image: Picture, single: bool, _: LineReader) -> Iterator[list[TextLine]]:
        yield candidates.find_in_strokes(scribble(0), True)
        raise UnreadableInput("expected fewer pieces")

    monkeypatch.setattr(candidates, "find_in_image", find_in_image)
    assert recognizer.read_image(np.zeros((9, 9), np.uint8)).text == "?"


def test_a_zero_may_have_the_way_to_the_next_one_that_was_cut_in_two() -> None:
    """Two zeros in one stroke are cut at both ends of the joining line, which is not a sign."""
    parts = np.array([(0.0, 0.0, 60.0, 60.0), (30.0, 20.0, 90.0, 40.0), (85.0, 0.0, 140.0, 60.0)])
    tried = runs.find_candidates(parts, np.array([False, True, True]))
    assert {(0, 1), (0, 2), (1, 3), (2, 3)} <= set(tried)


def test_a_5_may_have_a_long_bar_and_a_bowl_in_two_strokes() -> None:
    """It is wider than two of the highest of its strokes, but not than all of it is high."""
    parts = np.array([(0.0, 20.0, 9.0, 34.0), (1.0, 33.0, 19.0, 51.0), (4.0, 0.0, 44.0, 9.0)])
    assert (0, 3) in runs.find_candidates(parts)


def test_parts_are_whole_again_without_their_cuts() -> None:
    parts = np.array([[0, 5, 4, 9], [4, 2, 8, 7], [12, 0, 14, 9]], np.float64)
    line = TextLine(
        parts, np.array([False, True, False]), [(0, 1)], np.zeros((1, 28, 28), np.uint8)
    )
    assert line.uncut_parts.tolist() == [[0, 2, 8, 9], [12, 0, 14, 9]]
    assert replace(line, sliced=None).uncut_parts is parts


def print_with(large: int, letters: int = 700) -> Picture:
    """A page of small letters and some large ones: uint8 (h, w)."""
    page = np.full((900, 900), 255, np.uint8)
    for index in range(letters):
        row, column = divmod(index, 35)
        page[20 + 26 * row : 32 + 26 * row, 15 + 25 * column : 19 + 25 * column] = 0
    for index in range(large):
        row, column = divmod(index, 40)
        page[600 + 60 * row : 640 + 60 * row, 20 + 22 * column : 26 + 22 * column] = 0
    return page


def mask_of(page: Picture) -> InkMap:
    mask = (255 - page).astype(np.uint8)
    return InkMap(mask, mask, 0.0, 0.0, 1.0)


def test_of_a_page_of_print_what_is_written_larger_is_read() -> None:
    page = print_with(large=4)
    (line,) = candidates._lines_of_map(page, mask_of(page), None)
    assert len(line.parts) == 4
    assert (line.parts[:, 3] - line.parts[:, 1] == 40).all()


@pytest.mark.parametrize("large", [0, 100])
def test_a_page_of_too_many_pieces_is_refused(large: int) -> None:
    page = print_with(large)
    with pytest.raises(UnreadableInput, match=rf"at most 600 pieces of ink, got {700 + large}"):
        candidates._lines_of_map(page, mask_of(page), None)


def test_a_map_of_clutter_is_left_out_where_another_can_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page, few = print_with(large=0), print_with(large=3, letters=0)
    monkeypatch.setattr(candidates, "ink_maps", lambda _: iter([mask_of(page), mask_of(few)]))
    (lines,) = candidates.find_in_image(page)
    assert len(lines[0].parts) == 3
    monkeypatch.setattr(candidates, "ink_maps", lambda _: iter([mask_of(page)]))
    with pytest.raises(UnreadableInput, match="pieces of ink"):
        list(candidates.find_in_image(page))
