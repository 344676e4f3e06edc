"""The likeliest texts for a line reader's scores, compared with all alignments of all texts."""

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from app.segmentation.ctc import BLANK, Text, likeliest_texts, of_one_symbol


def random_scores(columns: int, classes: int, seed: int) -> NDArray[np.float32]:
    logits = 2 * np.random.default_rng(seed).standard_normal((columns, classes))
    return (logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))).astype(np.float32)


def collapsed(path: tuple[int, ...]) -> Text:
    """The symbols of a path, without repeats and blanks."""
    previous, text = BLANK, []
    for label in path:
        if label not in (previous, BLANK):
            text.append(label)
        previous = label
    return tuple(text)


def probabilities_of_all_texts(scores: NDArray[np.float32]) -> dict[Text, float]:
    """The probability of each text by brute force over all paths."""
    columns, classes = scores.shape
    sums: dict[Text, float] = {}
    for path in product(range(classes), repeat=columns):
        probability = float(np.exp(scores[np.arange(columns), list(path)].sum()))
        sums[collapsed(path)] = sums.get(collapsed(path), 0.0) + probability
    return sums


@pytest.mark.parametrize("seed", range(5))
def test_a_wide_beam_finds_every_text_with_its_probability(seed: int) -> None:
    scores = random_scores(5, 3, seed)
    expected = probabilities_of_all_texts(scores)
    hypotheses = likeliest_texts(scores, beam=1_000)
    logs = [hypothesis.log_probability for hypothesis in hypotheses]
    assert logs == sorted(logs, reverse=True)
    kept = {hypothesis.text: np.exp(hypothesis.log_probability) for hypothesis in hypotheses}
    for text, probability in kept.items():
        # Unlikely classes are not followed, so a probability may be slightly low but never high.
        assert expected[text] - 0.02 < probability < expected[text] + 1e-6
    assert hypotheses[0].text == max((text for text in expected if text), key=expected.__getitem__)


def test_symbols_are_where_they_begin() -> None:
    path = [0, 1, 1, 0, 0, 1, 2, 0]
    scores = np.log(np.full((len(path), 3), 0.01, np.float32))
    scores[np.arange(len(path)), path] = np.log(0.98)
    best = likeliest_texts(scores)[0]
    assert best.text == (1, 1, 2)
    assert best.columns == (1, 5, 6)


@pytest.mark.parametrize("columns", [1, 2, 5])
def test_each_symbol_alone_has_the_probability_of_all_its_paths(columns: int) -> None:
    scores = random_scores(columns, 4, seed=columns)
    expected = probabilities_of_all_texts(scores)
    assert np.exp(of_one_symbol(scores)).tolist() == pytest.approx(
        [expected[(symbol,)] for symbol in (1, 2, 3)], rel=1e-4
    )
