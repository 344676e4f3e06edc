"""Measures what the two networks that read lines are worth: each alone, and both together."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from app import strip
from app.inference.line_reader import LineReader
from app.recognizer import Recognizer
from train.data.line_sets import Line
from train.networks import line_reader


def compare(graph: Path, lines: Sequence[Line]) -> dict[str, dict[str, float]]:
    """Percent of people's number strings that are read exactly, with and without signs, as ink.

    graph: of the line reader. reader: it alone. classifier: the strokes are grouped by what the
    classifier says of each group; it knows no signs. both: as serving reads. A "?" counts as wrong.
    """
    both = Recognizer(reader=graph)
    recognizers = {"classifier": both.without_line_reader(), "both": both}
    kinds = {
        "digits": [line for line in lines if line.text.isdecimal()],
        "signs": [line for line in lines if not line.text.isdecimal()],
    }
    return {
        kind: {
            "lines": len(chosen),
            "reader": exact_by_reader(graph, chosen),
            **{name: _exact(each, chosen) for name, each in recognizers.items()},
        }
        for kind, chosen in kinds.items()
    }


def exact_by_reader(graph: Path, lines: Sequence[Line]) -> float:
    """The percentage of lines that the likeliest path through a graph reads exactly."""
    reader = LineReader(graph)
    texts = [
        line_reader.greedy(
            torch.from_numpy(reader.scores(strip.of_strokes(line.strokes).pixels)[None])
        )[0]
        for line in lines
    ]
    return _percent([text == line.text for text, line in zip(texts, lines, strict=True)])


def _exact(recognizer: Recognizer, lines: Sequence[Line]) -> float:
    return _percent([recognizer.read_ink(line.strokes).text == line.text for line in lines])


def _percent(is_right: Sequence[bool]) -> float:
    return round(100 * float(np.mean(is_right)), 3)
