"""Empty paper: its rules are no writing, and what is written with straight strokes is no rule."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.printed.only_rules import are_only_rules
from app.recognizer import Recognizer

Picture = NDArray[np.uint8]
Box = tuple[int, int, int, int]
Points = list[tuple[int, int]]


def _table(rows: int, columns: int, width: int = 3) -> Picture:
    """An empty table on white paper, (300, 400, 3), from (40, 40) to (360, 240)."""
    picture = np.full((300, 400, 3), 255, np.uint8)
    for row in range(rows + 1):
        y = 40 + row * 200 // rows
        cv2.line(picture, (40, y), (360, y), (0, 0, 0), width)
    for column in range(columns + 1):
        x = 40 + column * 320 // columns
        cv2.line(picture, (x, 40), (x, 240), (0, 0, 0), width)
    return picture


def _squared(step: int) -> Picture:
    """Empty squared paper with a margin, (400, 500, 3)."""
    picture = np.full((400, 500, 3), 255, np.uint8)
    for place in range(10, 500, step):
        cv2.line(picture, (0, place), (500, place), (200, 150, 110), 2)
        cv2.line(picture, (place, 0), (place, 400), (200, 150, 110), 1)
    cv2.line(picture, (60, 0), (60, 400), (80, 80, 230), 2)
    return picture


def _photographed(picture: Picture) -> Picture:
    """The picture out of focus, in uneven light, with noise, and seen from aside."""
    height, width = picture.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = corners + np.array([[6, 4], [-8, -6], [5, 3], [-4, -8]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, seen)
    warped = cv2.warpPerspective(
        picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE
    ).astype(np.float32)
    light = np.linspace(0.6, 0.9, width, dtype=np.float32)[None, :, None]
    noise = np.random.default_rng(0).normal(0, 4, warped.shape)
    photo = cv2.GaussianBlur(warped * light, (0, 0), 1.0) + noise
    return np.asarray(np.clip(photo, 0, 255), np.uint8)


@pytest.mark.parametrize("is_photo", [False, True], ids=["clean", "photo"])
@pytest.mark.parametrize(
    "picture",
    [_table(1, 1), _table(2, 3), _table(3, 1), _table(5, 5, 1), _squared(20), _squared(50)],
    ids=["frame", "table", "rows", "thin table", "squares", "large squares"],
)
def test_nothing_is_read_in_empty_tables_and_on_empty_paper(
    recognizer: Recognizer, picture: Picture, is_photo: bool
) -> None:
    given = _photographed(picture) if is_photo else picture
    assert recognizer.read_image(given).text == ""


@pytest.mark.parametrize(
    "boxes, are_digits, expected",
    [
        ([(38, 60, 7, 80)], [True], True),  # a piece of a side, as a 1
        ([(260, 38, 103, 60)], [True], True),  # a corner, as a 7
        ([(38, 38, 325, 205)], [False], True),  # all of it, refused
        ([(38, 38, 7, 205)], [True], True),  # one side, at which other rules go on
        ([(38, 60, 7, 80), (120, 80, 50, 60)], [True, True], False),  # a piece, and a number
        ([(120, 80, 50, 60)], [False], False),  # what is written in it
    ],
)
def test_marks_are_rules_only_if_all_of_them_are(
    boxes: list[Box], are_digits: list[bool], expected: bool
) -> None:
    picture = _table(2, 1)
    cv2.ellipse(picture, (145, 110), (20, 25), 0, 0, 360, (0, 0, 0), 4)
    places = np.array(boxes, np.float64)
    assert are_only_rules(picture, places, np.array(are_digits)) == expected


@pytest.mark.parametrize(
    "strokes, text",
    [
        ([[(150, 60), (150, 240)]], "1"),
        ([[(110, 60), (190, 60), (170, 240)]], "7"),
        ([[(100, 60), (100, 160), (200, 160)], [(160, 60), (160, 240)]], "4"),
        (
            [
                [(60, 100), (40, 170), (90, 170)],
                [(80, 110), (80, 220)],
                [(130, 100), (110, 170), (160, 170)],
                [(150, 110), (150, 220)],
            ],
            "44",
        ),
    ],
    ids=["1", "7", "4", "44"],
)
def test_straight_digits_are_read(recognizer: Recognizer, strokes: list[Points], text: str) -> None:
    picture = np.full((300, 300, 3), 255, np.uint8)
    for stroke in strokes:
        cv2.polylines(picture, [np.array(stroke, np.int32)], False, (0, 0, 0), 8, cv2.LINE_AA)
    assert recognizer.read_image(picture).text == text


@pytest.mark.parametrize("is_photo", [False, True], ids=["clean", "photo"])
def test_a_lone_1_in_a_table_is_read(recognizer: Recognizer, is_photo: bool) -> None:
    picture = _table(2, 3, 2)
    cv2.line(picture, (203, 60), (197, 120), (140, 50, 20), 4, cv2.LINE_AA)
    given = _photographed(picture) if is_photo else picture
    assert "1" in recognizer.read_image(given).text
