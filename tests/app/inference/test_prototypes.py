"""What a visitor corrected is remembered for glyphs that look alike, and for no others."""

import numpy as np
import pytest

from app.inference.prototypes import MAX_BOOST, Prototypes
from app.recognizer import Recognizer
from tests.support.drawings import placed


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer()


def unit(*places: int) -> np.ndarray:
    """Features with ones at these places: float32 (1, 8)."""
    features = np.zeros((1, 8), np.float32)
    features[0, list(places)] = 1
    return features


def test_nothing_learned_boosts_nothing() -> None:
    assert not Prototypes()
    assert np.array_equal(Prototypes().boost(unit(0)), np.zeros((1, 10)))


@pytest.mark.parametrize(
    "seen, minimum, maximum",
    [
        (unit(0, 1, 2, 3), 30, 100),  # identical features
        (unit(0, 1, 2, 4), 0.5 * MAX_BOOST, MAX_BOOST),  # cosine 0.75
        (unit(0, 5, 6, 7), 0, 0),  # cosine 0.25
        (unit(4, 5, 6, 7), 0, 0),
    ],
)
def test_what_looks_alike_is_boosted(seen: np.ndarray, minimum: float, maximum: float) -> None:
    prototypes = Prototypes()
    prototypes.learn(unit(0, 1, 2, 3), 7)
    added = prototypes.boost(seen)
    assert minimum <= added[0, 7] <= maximum
    assert not np.delete(added, 7, axis=1).any()


def test_the_later_correction_of_the_same_drawing_holds() -> None:
    prototypes = Prototypes()
    prototypes.learn(unit(0, 1), 7)
    prototypes.learn(unit(0, 1), 1)
    added = prototypes.boost(unit(0, 1))
    assert added[0, 7] == 0 < added[0, 1]


@pytest.mark.parametrize("right", [-1, 10, None])
def test_only_digits_are_learned(right: int) -> None:
    with pytest.raises(ValueError, match="expected a digit"):
        Prototypes().learn(unit(0), right)


@pytest.mark.parametrize("digit", range(10))
def test_a_corrected_drawing_is_read_as_corrected(recognizer: Recognizer, digit: int) -> None:
    """This holds even for a clear digit that is corrected to another; others are read as before."""
    strokes = placed(digit, 0, 0, 100)
    prototypes, wanted = Prototypes(), (digit + 1) % 10
    (before,) = recognizer.read_ink(strokes, prototypes=prototypes).digits
    assert before.value == digit
    prototypes.learn(recognizer.features(before.glyph[None]), wanted)
    assert recognizer.read_ink(strokes, prototypes=prototypes).text == str(wanted)
    for other in set(range(10)) - {digit}:
        assert recognizer.read_ink(placed(other, 0, 0, 100), prototypes=prototypes).text == str(
            other
        )


def test_a_refused_mark_can_be_taught(recognizer: Recognizer) -> None:
    cross = [np.array([[0.0, 0.0], [90.0, 90.0]]), np.array([[90.0, 0.0], [0.0, 90.0]])]
    (mark,) = recognizer.read_ink(cross, single=True).digits
    prototypes = Prototypes()
    prototypes.learn(recognizer.features(mark.glyph[None]), 4)
    assert recognizer.read_ink(cross, single=True, prototypes=prototypes).text == "4"
