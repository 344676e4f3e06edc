"""The canvas's pencil, computed from the positions of the pen."""

import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink import pencil
from app.ink.strokes import strokes_from_canvas

WIDTH = 20.0  # of the pen, so that the ends lie 0.02 farther out


def path(commands: list[list[float | str]]) -> NDArray[np.float64]:
    """The curve of a path, as the canvas sends it."""
    (stroke,) = strokes_from_canvas({"objects": [{"type": "Path", "path": commands}]})
    return stroke


@pytest.mark.parametrize(
    "points, expected",
    [
        # By the rules of Fabric's PencilBrush; see test_live_in_browser.py for the brush itself.
        ([[5, 5]], [["M", 4.98, 5], ["L", 5.02, 5]]),
        ([[0, 0], [10, 0]], [["M", -0.02, 0], ["Q", 0, 0, 5, 0], ["L", 10.02, 0]]),
        # The last but one point is always left out, as are those within 0.4 pixels.
        ([[0, 0], [9, 9], [10, 0]], [["M", -0.02, 0], ["Q", 0, 0, 5, 0], ["L", 10.02, 0]]),
        (
            [[0, 0], [0.3, 0], [10, 4], [11, 4], [20, 0]],
            [["M", -0.02, 0.02], ["Q", 0, 0, 5, 2], ["Q", 10, 4, 15, 2], ["L", 20.02, -0.02]],
        ),
        # The pen came back to where it was.
        ([[0, 0], [10, 4], [11, 4], [10, 4]],
         [["M", 0, 0], ["Q", 0, 0, 5, 2], ["L", 10, 4]]),
    ],
    ids=["a dot", "two points", "three points", "near points", "the same point twice"],
)  # fmt: skip
def test_draws_as_the_canvas_does(
    points: list[list[float]], expected: list[list[float | str]]
) -> None:
    curve = pencil.draw(np.array(points, np.float64), WIDTH)
    np.testing.assert_allclose(curve, path(expected), atol=1e-9)
