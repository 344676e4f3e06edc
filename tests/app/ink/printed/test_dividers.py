"""Upright rules between marks, and those of squared paper."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.printed.dividers import divides, goes_on, goes_through

LEFT: Final = np.array([100.0, 100.0, 130.0, 150.0])
RIGHT: Final = np.array([170.0, 100.0, 200.0, 150.0])


def photographed(*lines: tuple[tuple[int, int], tuple[int, int]]) -> NDArray[np.uint8]:
    picture = np.full((300, 300, 3), 200, np.uint8)
    for start, end in lines:
        cv2.line(picture, start, end, (80, 80, 90), 2, cv2.LINE_AA)
    noise = np.random.default_rng(3).normal(0, 3, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def test_a_rule_that_goes_beyond_both_marks_divides_them() -> None:
    assert divides(photographed(((150, 70), (150, 180))), LEFT, RIGHT)


def test_a_leaning_rule_divides_them_too() -> None:
    assert divides(photographed(((146, 40), (154, 220))), LEFT, RIGHT)


def test_a_level_rule_above_does_not_hide_the_upright_one() -> None:
    lines = ((150, 40), (150, 220)), ((0, 92), (300, 92)), ((0, 158), (300, 158))
    assert divides(photographed(*lines), LEFT, RIGHT)


def test_a_rule_divides_them_on_paper_of_any_colour() -> None:
    paper = np.array([230, 205, 150], np.int16)
    tinted = photographed(((150, 70), (150, 180))) - np.int16(200) + paper
    assert divides(np.clip(tinted, 0, 255).astype(np.uint8), LEFT, RIGHT)


def test_neither_paper_nor_a_stroke_of_the_marks_height_divides_them() -> None:
    assert not divides(photographed(), LEFT, RIGHT)
    assert not divides(photographed(((150, 100), (150, 150))), LEFT, RIGHT)
    assert not divides(photographed(((0, 92), (300, 92)), ((0, 158), (300, 158))), LEFT, RIGHT)


def test_only_squared_paper_has_rules_through_marks() -> None:
    assert goes_through(photographed(((115, 0), (115, 300))), LEFT)
    assert not goes_through(photographed(((150, 0), (150, 300))), LEFT)
    assert not goes_through(photographed(((115, 0), (115, 99))), LEFT)


def test_only_a_rule_of_the_paper_goes_on_to_the_edges() -> None:
    assert goes_on(photographed(((150, 0), (150, 300))), LEFT, RIGHT)
    assert not goes_on(photographed(((150, 20), (150, 280))), LEFT, RIGHT)
