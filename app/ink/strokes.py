"""Checks strokes, takes them from the canvas, and turns them into a glyph."""

from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app import glyph
from app.reading import UnreadableInput

MAX_COORDINATE: Final = 1e6  # pixels; far beyond any screen, and floats are still exact there
MAX_FRACTION: Final = 4.0  # pages; a drawing whose coordinates are all smaller is not in pixels
PAGE_SIDE: Final = 1_000.0  # pixels to which a page is enlarged
MAX_POINTS: Final = 50_000  # a pen sends 100 to 240 a second; a million take a second to draw
_KIND_NAMES: Final = {"U": "text", "S": "bytes", "b": "truth values"}  # by NumPy's dtype.kind
_COMMAND_LENGTHS: Final = {"M": 2, "L": 2, "Q": 4}  # numbers that follow a path command
CURVE_STEPS: Final = np.linspace(0, 1, 5)[1:, None]  # enough for curves of a few pixels


def checked(strokes: Sequence[ArrayLike]) -> glyph.Strokes:
    """Strokes as float64 arrays (n, 2), in pixels, x right and y down; empty ones are left out.

    Strokes with more than MAX_POINTS points in total are thinned out evenly. Raises
    UnreadableInput for another shape, values that are not numbers, NaN, and coordinates beyond
    MAX_COORDINATE.
    """
    _check_is_sequence(strokes)
    arrays = [_checked_stroke(index, stroke) for index, stroke in enumerate(strokes)]
    arrays = [points for points in arrays if len(points)]
    step = -(-sum(map(len, arrays)) // MAX_POINTS)
    if step > 1:
        arrays = [np.concatenate([points[:-1:step], points[-1:]]) for points in arrays]
    return arrays


def to_pixels(strokes: glyph.Strokes) -> tuple[glyph.Strokes, float]:
    """Checked strokes in pixels, and how many pixels one unit of their coordinates is.

    Fractions of a page are enlarged to PAGE_SIDE pixels, so that they are not taken for taps. Whole
    numbers are pixels, however small, and a single point is a tap in any unit.
    """
    if not strokes:
        return strokes, 1.0
    points = np.concatenate(strokes)
    is_fraction = np.abs(points).max() <= MAX_FRACTION and (points % 1).any()
    if not is_fraction or (points == points[0]).all():
        return strokes, 1.0
    return [stroke * PAGE_SIDE for stroke in strokes], PAGE_SIDE


def _check_is_sequence(strokes: object) -> None:
    """Raises UnreadableInput for a value that cannot be a list of strokes."""
    if isinstance(strokes, np.ndarray):
        is_sequence = strokes.ndim > 0
    else:
        is_sequence = isinstance(strokes, Sequence) and not isinstance(strokes, str | bytes)
    if not is_sequence:
        raise UnreadableInput(
            f"expected a sequence of strokes, each (n, 2), got {type(strokes).__name__}"
        )


def _checked_stroke(index: int, stroke: ArrayLike) -> NDArray[np.float64]:
    """One stroke as float64 (n, 2). Raises UnreadableInput, with its index."""
    expected = f"stroke {index}: expected points [x, y] of numbers"
    try:
        array = np.asarray(stroke)
    except (TypeError, ValueError, OverflowError) as error:
        raise UnreadableInput(f"{expected}, got lists of different lengths") from error
    if array.size and array.dtype.kind not in "iufO":
        name = _KIND_NAMES.get(array.dtype.kind, array.dtype.name)
        raise UnreadableInput(f"{expected}, got {name}")
    try:
        points = array.astype(np.float64)
    except OverflowError as error:
        raise UnreadableInput(f"{expected}, got values that no float64 can hold") from error
    except (TypeError, ValueError) as error:
        others = (type(value).__name__ for value in array.flat if not isinstance(value, Real))
        raise UnreadableInput(f"{expected}, got {next(others, 'other values')}") from error
    if points.size == 0:
        return np.zeros((0, 2))
    if points.ndim != 2 or points.shape[1] != 2:
        raise UnreadableInput(f"stroke {index}: expected shape (n, 2), got {points.shape}")
    if not np.abs(points).max() <= MAX_COORDINATE:  # false for NaN too
        raise UnreadableInput(
            f"stroke {index}: expected finite coordinates within ±{MAX_COORDINATE:g},"
            f" got {points[np.abs(points).argmax() // 2].tolist()}"
        )
    return points


def bounds(strokes: glyph.Strokes) -> tuple[float, float, float, float]:
    """(x, y, width, height) of the centre lines of at least one checked stroke, in pixels."""
    points = np.concatenate(strokes)
    (x, y), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return float(x), float(y), float(right - x), float(bottom - y)


def ink_glyph(strokes: Sequence[ArrayLike], pen: float = glyph.PEN) -> NDArray[np.uint8]:
    """The glyph of one character's strokes (see `checked`), uint8 (28, 28), ink 255 on 0.

    pen: width in glyph pixels. Raises UnreadableInput where there is no point at all.
    """
    points = checked(strokes)
    if not points:
        raise UnreadableInput("expected at least one point of ink, got none")
    return glyph.from_strokes(points, pen)


def strokes_from_canvas(json_data: Mapping[str, Any] | None) -> glyph.Strokes:
    """The strokes of a drawable canvas's `json_data`, one for each Fabric path in it.

    Raises UnreadableInput for objects that are not paths, and commands other than M, L and Q.
    """
    objects = (json_data or {}).get("objects", [])
    try:
        paths = [item["path"] for item in objects if str(item.get("type")).lower() == "path"]
        strokes = [_flatten(path) for path in paths]
    except UnreadableInput:
        raise
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        message = "expected a drawing of the canvas, got objects that are not Fabric paths"
        raise UnreadableInput(message) from error
    return checked(strokes)


def _flatten(commands: Sequence[Sequence[Any]]) -> NDArray[np.float64]:
    """The points of a Fabric path with its curves as short lines: float64 (n, 2)."""
    split = [(name, numbers) for name, *numbers in commands]
    for name, numbers in split:
        if _COMMAND_LENGTHS.get(name) != len(numbers):
            raise UnreadableInput(
                f"expected path commands M, L or Q, got {name!r:.20} {numbers!r:.100}"
            )
    if not split:
        return np.empty((0, 2))
    ends = np.array([numbers[-2:] for _, numbers in split], np.float64)
    starts = np.concatenate([np.zeros((1, 2)), ends[:-1]])
    is_curve = np.array([name == "Q" for name, _ in split])
    num_points = np.where(is_curve, len(CURVE_STEPS), 1)
    points = np.repeat(ends, num_points, axis=0)
    if is_curve.any():
        controls = np.array([numbers[:2] for name, numbers in split if name == "Q"], np.float64)
        curves = quadratic_curves(starts[is_curve], controls, ends[is_curve])
        points[np.repeat(is_curve, num_points)] = curves.reshape(-1, 2)
    return points


def quadratic_curves(
    starts: NDArray[np.float64], controls: NDArray[np.float64], ends: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Quadratic Bezier curves at CURVE_STEPS, (n, steps, 2); the arguments are (n, 2) each."""
    t = CURVE_STEPS
    return (
        (1 - t) ** 2 * starts[:, None] + 2 * t * (1 - t) * controls[:, None] + t**2 * ends[:, None]
    )
