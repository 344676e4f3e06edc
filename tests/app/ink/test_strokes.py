"""Strokes from the canvas's JSON and from files."""

from typing import Any

import numpy as np
import pytest

from app.ink.strokes import MAX_POINTS, checked, strokes_from_canvas, to_pixels
from app.reading import UnreadableInput


def path(*commands: list[str | float]) -> dict[str, Any]:
    return {"type": "Path", "path": list(commands)}


@pytest.mark.parametrize("data", [None, {}, {"objects": []}, {"objects": [{"type": "Rect"}]}])
def test_a_canvas_without_paths_has_no_strokes(data: dict[str, Any] | None) -> None:
    assert strokes_from_canvas(data) == []


def test_lines_and_curves_become_points() -> None:
    data = {"objects": [path(["M", 0, 0], ["Q", 10, 0, 10, 10], ["L", 10, 30]), path(["M", 5, 6])]}
    first, second = strokes_from_canvas(data)
    expected: list[list[float]]
    expected = [[0, 0], [4.375, 0.625], [7.5, 2.5], [9.375, 5.625], [10, 10], [10, 30]]
    assert np.allclose(first, expected)
    assert np.allclose(second, [[5, 6]])


@pytest.mark.parametrize("command", [["C", 1, 2, 3, 4, 5, 6], ["L", 1], ["Q", 1, 2]])
def test_an_unknown_path_command_is_refused(command: list[str | float]) -> None:
    with pytest.raises(UnreadableInput, match="expected path commands M, L or Q"):
        strokes_from_canvas({"objects": [path(["M", 0, 0], command)]})


@pytest.mark.parametrize(
    "stroke",
    [[[10**400, 0]], [[True, False]], [["1", "2"]], [[None, 1]], [[1 + 2j, 3]], [["a", 2]]],
    ids=["beyond floats", "yes and no", "text", "nothing", "complex", "letters"],
)
def test_coordinates_that_are_not_numbers_are_refused(stroke: list[Any]) -> None:
    with pytest.raises(UnreadableInput, match="stroke 1: expected"):
        checked([[[0, 0]], stroke])


@pytest.mark.parametrize("strokes", [np.array(1), "12", b"12", {"x": []}, 7, None])
def test_values_that_are_not_sequences_of_strokes_are_refused(strokes: Any) -> None:
    with pytest.raises(UnreadableInput, match="expected a sequence of strokes"):
        checked(strokes)


def test_of_too_many_points_some_are_taken() -> None:
    line = np.linspace(0, 1000, 400_000)[:, None] * (1, 0.5)
    tap = np.array([[3.0, 4.0]])
    thinned, same = checked([line, tap])
    assert len(thinned) <= MAX_POINTS + 1
    assert thinned[[0, -1]].tolist() == line[[0, -1]].tolist(), "it ends where it ended"
    assert same.tolist() == tap.tolist()
    usual = line[:10_000]
    assert len(checked([usual])[0]) == len(usual)


@pytest.mark.parametrize(
    "strokes, pixels_per_unit",
    [
        ([[[0.1, 0.2], [0.3, 0.8]]], 1_000),  # fractions of a page
        ([[[0.0, 0.0], [1.0, 0.4]], [[-0.2, 0.5]]], 1_000),
        ([[[0.6, -0.7], [3.5, 0.6]]], 1_000),  # inches, y up or down
        ([[[0, 0], [1, 1]]], 1),  # a tap in the corner of the page, in pixels
        ([[[0.4, 0.7]]], 1),  # a tap in any unit
        ([[[0.4, 0.7], [0.4, 0.7]], [[0.4, 0.7]]], 1),
        ([[[300.2, 200.1], [300.9, 200.4], [301.3, 201.2]]], 1),  # a tap of a shaky finger
        ([[[0.5, 0.5], [4.5, 3.0]]], 1),
        ([], 1),
    ],
)
def test_fractions_of_a_page_are_enlarged(
    strokes: list[list[list[float]]], pixels_per_unit: float
) -> None:
    pixels, actual = to_pixels(checked(strokes))
    assert actual == pixels_per_unit
    expected = [np.array(stroke) * pixels_per_unit for stroke in strokes]
    assert all(np.array_equal(*pair) for pair in zip(pixels, expected, strict=True))
