"""A sheet is found where all of it lies on a darker desk."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.paper.sheets import continued, find_sheet

Picture = NDArray[np.uint8]
CORNERS = np.array([[150, 80], [650, 110], [640, 420], [140, 400]], np.int32)


def desk(corners: NDArray[np.int32] = CORNERS, light: int = 220) -> Picture:
    picture = np.full((500, 800, 3), 90, np.uint8)
    cv2.fillPoly(picture, [corners], (light,) * 3)
    cv2.line(picture, (200, 150), (200, 350), (20, 20, 20), 8)
    return picture


def test_a_sheet_is_found_with_its_edges() -> None:
    sheet = find_sheet(desk())
    assert sheet is not None
    rows, columns = sheet.window
    assert [rows.start, rows.stop, columns.start, columns.stop] == pytest.approx(
        [80, 420, 140, 650], abs=10
    )
    whole = cv2.resize(sheet.mask, (columns.stop - columns.start, rows.stop - rows.start))
    assert (desk()[sheet.window][whole == 255].max(axis=1) != 90).mean() > 0.99


@pytest.mark.parametrize(
    "corners",
    [
        np.array([[-9, -9], [809, -9], [809, 509], [-9, 509]], np.int32),  # fills the picture
        np.array([[300, 200], [400, 200], [400, 260], [300, 260]], np.int32),  # a scrap of paper
        np.array([[50, 50], [750, 50], [750, 120], [120, 120], [120, 450], [50, 450]], np.int32),
    ],
)
def test_other_light_shapes_are_no_sheets(corners: NDArray[np.int32]) -> None:
    assert find_sheet(desk(corners)) is None


def test_a_sheet_goes_on_around_it_as_at_its_edge() -> None:
    picture = np.zeros((20, 30, 3), np.uint8)
    picture[5:15, 5:25] = 200
    picture[8, 5:25] = 40
    mask = np.where(picture[..., 0] > 0, 255, 0).astype(np.uint8)
    whole = continued(picture, mask)
    assert whole.min() == 40
    assert (whole[8] == 40).all()
    assert (whole[:5] == 200).all()
