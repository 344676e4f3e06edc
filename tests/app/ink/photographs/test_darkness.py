"""How dark the ink of a photograph is shows strokes that the segmenter saw broken or joined."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.ink_map import InkMap
from app.ink.photographs.darkness import darkness

PEN = 6
LINE = (slice(47, 53), slice(30, 170))  # of the stroke
GAP = (slice(47, 53), slice(96, 104))  # where the segmenter did not see it
SHOWN = 128  # from which it counts as ink, of 255


def photo(paper: NDArray[np.uint8], ink: tuple[int, int, int]) -> NDArray[np.uint8]:
    """A soft stroke of this colour on paper, uint8 (100, 200, 3)."""
    picture = paper.copy()
    picture[LINE] = ink
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 1.0), np.uint8)


def even(*colour: int) -> NDArray[np.uint8]:
    return np.full((100, 200, 3), colour, np.uint8)


def uneven() -> NDArray[np.uint8]:
    """Paper that gets darker from left to right, from brighter to nearly as dark as a pencil."""
    light = np.linspace(240, 120, 200).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(light[None, :, None], (100, 200, 3)))


def broken() -> NDArray[np.uint8]:
    mask = np.zeros((100, 200), np.uint8)
    mask[LINE] = 255
    mask[GAP] = 0
    return mask


def strength(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """As the segmenter gives it: nothing is quite certain near the ink."""
    return np.maximum(mask, cv2.dilate(mask, np.ones((25, 25), np.uint8)) // 50)


@pytest.mark.parametrize(
    "paper, ink",
    [
        (even(230, 225, 215), (40, 40, 90)),
        (even(120, 120, 120), (100, 95, 95)),  # a faint pencil
        (even(30, 60, 40), (220, 220, 220)),  # chalk
        (uneven(), (70, 70, 70)),
    ],
    ids=["pen", "pencil", "chalk", "shade"],
)
def test_a_stroke_is_whole_where_the_segmenter_saw_a_gap(
    paper: NDArray[np.uint8], ink: tuple[int, int, int]
) -> None:
    mask = broken()
    shown = darkness(photo(paper, ink), strength(mask), mask, PEN)
    assert shown.dtype == np.uint8
    assert shown.shape == mask.shape
    assert shown[50, 35:165].min() > SHOWN
    beside = np.concatenate([shown[38:43, 30:170], shown[58:63, 30:170]])
    assert beside.max() < SHOWN / 2


def test_what_is_far_from_the_ink_is_not_shown() -> None:
    picture = photo(even(230, 230, 230), (20, 20, 20))
    picture[80:84] = 20  # a rule
    shown = darkness(picture, strength(broken()), broken(), PEN)
    assert not shown[75:].any()


def test_a_rule_that_touches_the_ink_is_not_shown() -> None:
    """The segmenter is sure that it is none."""
    picture = photo(even(230, 230, 230), (20, 20, 20))
    picture[53:56] = 60
    seen = strength(broken())
    seen[53:60] = 0
    shown = darkness(picture, seen, broken(), PEN)
    assert not shown[55:].any()
    assert shown[48:52, 35:165].min() > SHOWN


def test_other_ink_is_not_shown() -> None:
    picture = photo(even(230, 230, 230), (20, 20, 20))
    other = np.zeros((100, 200), np.uint8)
    other[30:45, 60:66] = 255  # comes down to the stroke, but is no part of it
    picture[other > 0] = 20
    shown = darkness(picture, strength(broken() | other), broken(), PEN)
    assert not shown[other > 0].any()
    assert shown[50, 35:165].min() > SHOWN


def test_a_part_of_a_map_is_shown_as_by_itself() -> None:
    mask = broken()
    picture = photo(even(230, 230, 230), (20, 20, 20))
    ink = InkMap(strength(mask), mask, 0.0, 0.0, 1.0, is_found=True, photo=picture)
    rows, columns = slice(47, 53), slice(30, 96)
    part = ink.darkness_within(mask[rows, columns] > 0, (rows, columns))
    assert part is not None
    assert part.shape == (6, 66)
    assert part[2:4].min() > SHOWN


def test_a_clean_picture_has_no_second_view() -> None:
    mask = broken()
    assert InkMap(mask, mask, 0.0, 0.0, 1.0).darkness_within(mask > 0) is None
