"""One line of text with its candidates for digits, and the best reading of it by both networks.

A text is laid over the candidates by finding those that may be its symbols, from left to right.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.reading import NUM_DIGITS
from app.segmentation import ctc
from app.segmentation.ctc import Hypothesis, Text
from app.segmentation.lattice import Lattice
from app.segmentation.line_reading import (
    UNKNOWN,
    Choice,
    LineReading,
    likeliest,
    lone_slash,
    look_scores,
    oddness,
    text_of,
)
from app.segmentation.operating_point import SIGN_SYMBOLS, OperatingPoint
from app.segmentation.runs import Candidate
from app.segmentation.second_opinion import Ask

MIN_SPACED_MARKS: Final = 4  # in a line of fewer, no gap is usual
LEADING_SIGNS: Final = ("-", "+")


@dataclass(frozen=True, eq=False)
class TextLine:
    """One line of text, divided into parts of which the candidates for digits are made.

    parts: boxes (n, 4) of strokes or of parts of components, from left to right: left, top, right,
    bottom. sliced: see `Lattice`. candidates: runs of parts. glyphs: uint8 (candidates, 28, 28).
    reading: by the line reader, if there may be several characters.
    line_index: of the line in the input; a line with wide gaps is several TextLines.
    ask: asks the line reader about a line that it has not read, see `ask_reader`.
    is_found, is_plain: see `InkMap`. has_sign_apart: whether the first mark stands apart, but may
    be the sign of the number after it. is_form: whether it is in the boxes of a form, whose gaps
    part nothing. is_single: whether it was said to be one digit. is_struck: whether some of it is
    crossed out.
    likeness: to print, see `print_likeness`, of a picture's line that has letters.
    num_holes: see `components.Parts`; None of strokes.
    cutting_edges: where the picture's left and right edge cut through a digit, see `cut_ink`.
    """

    parts: NDArray[np.float64]
    sliced: NDArray[np.bool_] | None
    candidates: list[Candidate]
    glyphs: NDArray[np.uint8]
    reading: LineReading | None = None
    line_index: int = 0
    ask: Ask | None = None
    is_found: bool = False
    is_plain: bool = False
    has_sign_apart: bool = False
    is_form: bool = False
    is_single: bool = False
    is_struck: bool = False
    likeness: float = -math.inf
    cutting_edges: tuple[float, float] = (-math.inf, math.inf)
    num_holes: NDArray[np.int64] | None = None

    @cached_property
    def lattice(self) -> Lattice:
        """The candidates with the costs of the paths through them."""
        return Lattice(self.parts, self.candidates, self.sliced)

    @property
    def ask_reader(self) -> Ask | None:
        """Returns what the line reader says of the whole line; None where it cannot be asked."""
        reading = self.reading
        return self.ask if reading is None else lambda: reading.scores

    @property
    def uncut_parts(self) -> NDArray[np.float64]:
        """The boxes of the strokes or components before they were cut, (n, 4)."""
        if self.sliced is None:
            return self.parts
        starts = np.flatnonzero(~self.sliced)
        low = np.minimum.reduceat(self.parts[:, :2], starts)
        return np.concatenate([low, np.maximum.reduceat(self.parts[:, 2:], starts)], axis=1)

    @property
    def boxes(self) -> NDArray[np.float64]:
        """The boxes of the candidates, (n, 4)."""
        return self.lattice.boxes

    def choose(
        self, logits: NDArray[np.float32], point: OperatingPoint, is_corrected: bool = False
    ) -> Choice:
        """The best reading by both networks; logits (n, 11), divided by the temperature.

        is_corrected: the logits follow a visitor's corrections, of which the reader does not know.
        """
        choices, others = self.scored_texts(logits, point, is_corrected)
        if not choices:
            return Choice(self.lattice.best_path(logits, point.overlap_cost))
        choice = likeliest(choices, [score for score, _ in others])
        return Choice([self.candidates.index(self._whole)]) if self._is_one_mark(choice) else choice

    @property
    def _whole(self) -> Candidate:
        """The run of all parts."""
        return 0, len(self.parts)

    def _is_one_mark(self, choice: Choice) -> bool:
        """Whether one piece of ink was cut, and a part of it is no symbol, as of a star."""
        has_unknown = choice.hypothesis is not None and UNKNOWN in choice.hypothesis.text
        is_cut = len(choice.path) > 1 and len(self.uncut_parts) == 1
        return has_unknown and is_cut and self._whole in self.candidates

    def scored_texts(
        self, logits: NDArray[np.float32], point: OperatingPoint, is_corrected: bool = False
    ) -> tuple[list[tuple[float, Choice]], list[tuple[float, str]]]:
        """The scores in nats of the texts that may be chosen, and of those that cannot be laid.

        A text that cannot be laid over the candidates may still be right, because the line may have
        been cut at wrong places. So it counts against the chosen text. For the arguments, see
        `choose`. Without a reading there are no texts.
        """
        if self.reading is None:
            return [], []
        laid: list[tuple[float, float, Choice]] = []  # scores by the reader and by the look
        unlaid: list[tuple[float, str]] = []
        looks = self._looks(logits, point)
        hypotheses = self._hypotheses(logits)
        if is_corrected:
            hypotheses += self._corrected(hypotheses, looks, point)
        for hypothesis in hypotheses:
            text = text_of(hypothesis)
            score = point.reader_weight * hypothesis.log_probability
            score -= point.odd_cost * oddness(text)
            score -= point.lone_slash_cost * lone_slash(text)
            best = self._lay(hypothesis, looks, point)
            if best is None:
                unlaid.append((score, text))
            else:
                path, look = best
                laid.append((score, look, Choice(path, hypothesis)))
        if not laid:
            return [], []
        look = max(laid, key=lambda each: each[0] + each[1])[1] - point.unlaid_cost
        choices = [(score + of_path, choice) for score, of_path, choice in laid]
        return choices, [(score + look, text) for score, text in unlaid]

    def path_of_text(
        self, text: Text, logits: NDArray[np.float32], point: OperatingPoint
    ) -> list[int] | None:
        """The candidates that are the symbols of a known text; None where there are none.

        text: in the line reader's classes. logits: see `choose`.
        """
        if self.reading is None:
            return None
        hypothesis = ctc.lay_over(self.reading.scores, text)
        if hypothesis is None:
            return None
        best = self._lay(hypothesis, self._looks(logits, point), point)
        return best[0] if best is not None else None

    def _looks(self, logits: NDArray[np.float32], point: OperatingPoint) -> NDArray[np.float64]:
        """See `look_scores`; logits: see `choose`."""
        lattice = self.lattice
        return look_scores(logits, lattice.is_single, lattice.has_point, self.is_found, point)

    def _lay(
        self, hypothesis: Hypothesis, looks: NDArray[np.float64], point: OperatingPoint
    ) -> tuple[list[int], float] | None:
        """The candidates that are a text's symbols, and how well they look like them, in nats."""
        assert self.reading is not None
        trust = np.where(self.lattice.is_cut, point.cut_trust, 1.0)[:, None]
        symbols = (trust * looks)[:, list(hypothesis.text)]
        places = self.reading.places(hypothesis)
        negative = looks[:, UNKNOWN]
        return self.lattice.path_of_text(symbols, places, negative, point.overlap_cost)

    def _hypotheses(self, logits: NDArray[np.float32]) -> list[Hypothesis]:
        """The line reader's texts, and a single digit if the whole line looks like one."""
        assert self.reading is not None
        hypotheses = list(self.reading.hypotheses)
        if self.candidates[-1] != (0, 1) and self._whole in self.candidates:
            whole = logits[self.candidates.index(self._whole)]
            text = (int(whole[:NUM_DIGITS].argmax()) + 1,)
            if whole.argmax() != NUM_DIGITS and all(text != each.text for each in hypotheses):
                single = ctc.lay_over(self.reading.scores, text)
                hypotheses += [single] if single is not None else []
        return hypotheses

    def _corrected(
        self, hypotheses: list[Hypothesis], looks: NDArray[np.float64], point: OperatingPoint
    ) -> list[Hypothesis]:
        """Each hypothesis with the digits that its candidates look like most, and as likely.

        Its candidates are chosen as if each of its digits were any digit, because those that look
        least like the correction would avoid it.
        """
        assert self.reading is not None
        of_any_digit = looks.copy()
        of_any_digit[:, 1 : NUM_DIGITS + 1] = looks[:, 1 : NUM_DIGITS + 1].max(1, keepdims=True)
        texts = {hypothesis.text for hypothesis in hypotheses}
        corrected = []
        for hypothesis in hypotheses:
            best = self._lay(hypothesis, of_any_digit, point)
            if best is None:
                continue
            digits = looks[best[0], 1 : NUM_DIGITS + 1].argmax(axis=1) + 1
            text = tuple(
                int(digit) if symbol <= NUM_DIGITS else symbol
                for symbol, digit in zip(hypothesis.text, digits, strict=True)
            )
            over = ctc.lay_over(self.reading.scores, text) if text not in texts else None
            if over is not None:
                corrected.append(replace(over, log_probability=hypothesis.log_probability))
                texts.add(text)
        return corrected

    def number_indices(
        self, path: list[int], symbols: Sequence[str], point: OperatingPoint
    ) -> NDArray[np.int64]:
        """For each mark of a path, the index of its number on the line, from 0 on.

        symbols: what the line reader read each as, or "".
        """
        boxes = self.boxes[path]
        gaps = boxes[1:, 0] - boxes[:-1, 2]
        are_spaces = np.zeros(len(gaps), np.bool_)
        if len(path) >= MIN_SPACED_MARKS and not self.is_form:
            height = float((boxes[:, 3] - boxes[:, 1]).max(initial=1e-6))
            are_spaces = is_space(gaps / height, point.space, point.space_ratio)
            is_sign = np.array([symbol != "" and symbol in SIGN_SYMBOLS for symbol in symbols])
            are_spaces &= ~(is_sign[1:] | is_sign[:-1])  # they stand further apart than digits
        if self.has_sign_apart:
            are_spaces[:1] = symbols[0] not in LEADING_SIGNS
        return np.concatenate([[0], np.cumsum(are_spaces)]).astype(np.int64)


def is_space(gaps: NDArray[np.float64], space: float, ratio: float) -> NDArray[np.bool_]:
    """Which gaps of a line divide numbers: those wider than `space` and `ratio` times the usual.

    gaps: (n,) in line heights. space: in line heights.
    """
    return gaps > max(space, ratio * float(np.median(gaps)))
