"""The possible digits of an input: how many there may be, and in which way a picture is read."""

from collections.abc import Iterator
from itertools import islice

import numpy as np
import pytest
from numpy.typing import NDArray

from app.reading import UnreadableInput
from app.recognizer import Recognizer
from app.segmentation import candidates
from app.segmentation.candidates import Line
from tests.support.drawings import placed

Picture = NDArray[np.uint8]


def test_clutter_is_no_more_work_than_a_full_sheet() -> None:
    stripes = np.full((600, 600), 255, np.uint8)
    stripes[:, ::6] = 0
    stripes[::40] = 0
    stripes[20::40, ::3] = 255
    looked_at = [
        sum(len(line.runs) for line in found) for found in islice(candidates.of_image(stripes), 2)
    ]
    assert max(looked_at, default=0) < 3 * candidates.MOST_PARTS
    scribble = np.random.default_rng(0).uniform(0, 500, (100, 300, 2))
    assert sum(len(line.runs) for line in candidates.of_ink(list(scribble))) < 3 * len(scribble)


def test_the_ways_to_look_are_tried_until_one_can_be_read(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first look shows a scribble, the second a 3, the third is never asked for."""
    tangle = [np.random.default_rng(0).uniform(0, 100, (40, 2))]
    looks = [candidates.of_ink(tangle, True), candidates.of_ink(placed(3, 0, 0, 90), True)]
    asked = []

    def of_image(image: Picture, single: bool) -> Iterator[list[Line]]:
        for look in looks:
            asked.append(single)
            yield look
        pytest.fail("what can be read is not looked at again")

    monkeypatch.setattr(candidates, "of_image", of_image)
    empty = np.zeros((9, 9), np.uint8)
    assert recognizer.read_ink(tangle, single=True).text == "?"
    assert recognizer.read_image(empty, single=True).text == "3"
    assert asked == [True, True]
    looks[1:] = [candidates.of_ink([np.random.default_rng(1).uniform(0, 100, (60, 2))], True)]
    monkeypatch.setattr(pytest, "fail", lambda _: None)
    assert recognizer.read_image(empty).text == "?", "where all are refused, that is the reading"


def test_a_later_look_that_fails_costs_nothing(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    tangle = candidates.of_ink([np.random.default_rng(0).uniform(0, 100, (40, 2))], True)

    def of_image(image: Picture, single: bool) -> Iterator[list[Line]]:
        yield tangle
        raise UnreadableInput("expected fewer pieces")

    monkeypatch.setattr(candidates, "of_image", of_image)
    assert recognizer.read_image(np.zeros((9, 9), np.uint8)).text == "?"
