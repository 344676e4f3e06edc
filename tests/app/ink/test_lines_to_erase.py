"""Lines are erased with their soft edges, and the digits at them are not."""

import numpy as np

from app.ink.lines_to_erase import erased


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
