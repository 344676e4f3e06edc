"""Strokes that join two characters are divided where the pen went from one to the other."""

import numpy as np
import pytest
from numpy.typing import NDArray

from app.segmentation.joined import divide


def circle(x: float) -> NDArray[np.float64]:
    """A zero 40 pixels wide around (x, 50), which begins and ends at the top."""
    angles = np.linspace(-np.pi / 2, 1.5 * np.pi, 30)
    return np.column_stack([x + 20 * np.cos(angles), 50 + 40 * np.sin(angles)])


JOINED = np.concatenate([circle(30), circle(90)])
PLACES = [(30.0, 90.0)]


@pytest.mark.parametrize("stroke", [JOINED, JOINED[::-1]], ids=["rightwards", "leftwards"])
def test_two_zeros_in_one_stroke(stroke: NDArray[np.float64]) -> None:
    pieces, origins = divide([stroke], PLACES)
    assert origins == [0, 0]
    middles = sorted(float(piece[:, 0].mean()) for piece in pieces)
    assert middles == pytest.approx([30, 90], abs=4)
    assert sum(map(len, pieces)) == len(stroke) + 1  # both pieces have the point between them


@pytest.mark.parametrize(
    "strokes, places",
    [
        ([circle(30), circle(90)], PLACES),
        ([JOINED], []),
        ([np.array([[60.0, 50.0]])], PLACES),  # a dot
        ([np.array([[0.0, 5.0], [50.0, 5.0]])], PLACES),  # a bar that ends before the second place
    ],
)
def test_nothing_to_divide(
    strokes: list[NDArray[np.float64]], places: list[tuple[float, float]]
) -> None:
    pieces, origins = divide(strokes, places)
    assert [piece is stroke for piece, stroke in zip(pieces, strokes, strict=True)] == [True] * len(
        strokes
    )
    assert origins == list(range(len(strokes)))
