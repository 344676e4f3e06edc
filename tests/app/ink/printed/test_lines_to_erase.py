"""Lines are erased with their soft edges, and the digits at them are not."""

import numpy as np

from app.ink.photographs.overview import Overview
from app.ink.printed.lines_to_erase import erased


def test_only_a_line_and_its_soft_edge_are_erased() -> None:
    probabilities = np.zeros((40, 60), np.float32)
    probabilities[17:22] = 0.9  # a line of three rows and its edges
    probabilities[22:32, 20:40] = 0.9  # a digit that stands on it
    lines = np.zeros((40, 60), np.bool_)
    lines[18:21] = True
    rest = erased(probabilities, lines, 0.15)
    assert not rest[:22].any()
    assert (rest[22:32, 20:40] > 0).all()


def test_a_stroke_that_crosses_a_line_stays_whole() -> None:
    probabilities = np.zeros((40, 60), np.float32)
    probabilities[17:22] = 0.9
    probabilities[5:35, 28:33] = 0.9
    lines = np.zeros((40, 60), np.bool_)
    lines[18:21] = True
    rest = erased(probabilities, lines, 0.15)
    assert (rest[5:35, 28:33] > 0).all()
    assert not rest[17:22, :20].any()


def test_a_line_is_half_a_pixel_of_the_overview_broader_in_a_closer_map() -> None:
    lines = np.zeros((20, 20), np.bool_)
    lines[10] = True
    overview = Overview(lines.astype(np.float32), 0.25, np.zeros((0, 4), np.int32), lines)
    close = np.zeros((80, 80), np.float32)
    close[37:60] = 1
    rest = overview.without_lines(close, (0, 0, 80, 80))
    # The line is in rows 40 to 43, and has a soft edge of a pixel too.
    assert np.flatnonzero(rest[:, 40]).tolist() == list(range(47, 60))
