"""The drawing that a browser has kept, which may be any value."""

import numpy as np
import pytest

from app.ink.strokes import strokes_from_canvas
from app.page import canvas
from app.page.kept_drawing import to_objects, to_pen
from app.reading import UnreadableInput
from app.recognizer import Recognizer
from tests.support.drawings import placed

BASE = canvas.fabric_objects(placed(2, 20, 60, 200), 28)


def test_the_base_and_the_strokes_on_it_are_restored(recognizer: Recognizer) -> None:
    (six,) = placed(6, 260, 60, 200)
    objects = to_objects({"base": BASE, "strokes": [{"points": six.tolist(), "width": 20}]})
    assert objects[: len(BASE)] == BASE
    assert objects[-1]["strokeWidth"] == 20
    strokes = strokes_from_canvas({"objects": objects})
    assert np.abs(strokes[-1][0] - six[0]).max() < 1
    assert recognizer.read_ink(strokes).text == "26"


def test_a_dot_is_restored() -> None:
    objects = to_objects({"base": [], "strokes": [{"points": [[5, 6]], "width": 28}]})
    (stroke,) = strokes_from_canvas({"objects": objects})
    assert np.abs(stroke - (5, 6)).max() < 1


def test_values_that_are_not_paths_are_left_out() -> None:
    picture = {"type": "image", "src": "https://example.org/picture.png"}
    assert to_objects({"base": [picture, *BASE], "strokes": []}) == BASE


@pytest.mark.parametrize("kept, pen", [({"pen": 2}, 2), ({"pen": 0}, 0), ({}, None)])
def test_the_pen_is_restored_if_it_was_kept(kept: dict[str, int], pen: int | None) -> None:
    assert to_pen({"base": [], "strokes": [], **kept}) == pen


@pytest.mark.parametrize(
    "value",
    [
        None,
        "text",
        [],
        {"base": []},
        {"base": [5], "strokes": []},
        {"base": {}, "strokes": []},
        {"base": [], "strokes": [{"points": [], "width": 9}]},
        {"base": [], "strokes": [{"points": [[1]], "width": 9}]},
        {"base": [], "strokes": [{"points": [[1, 1e300]], "width": 9}]},
        {"base": [], "strokes": [{"points": [[1, float("nan")]], "width": 9}]},
        {"base": [], "strokes": [{"points": [[1, 2]], "width": 10**9}]},
        {"base": [], "strokes": [{"points": [[1, 2]], "width": 9}] * (canvas.MAX_STROKES + 1)},
        *({"base": [], "strokes": [], "pen": pen} for pen in (-1, 3, 1.5, "2", 10**400)),
    ],
    ids=lambda value: str(value)[:60],
)
def test_values_that_are_not_drawings_are_refused(value: object) -> None:
    with pytest.raises(UnreadableInput, match="expected") as refused:
        to_objects(value)
    assert len(str(refused.value)) < 250
