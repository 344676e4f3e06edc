"""Negatives: the split of Omniglot, the characters left out, and what is drawn."""

from typing import Final

import cv2
import numpy as np
import pytest

from app import glyph
from app.ink import strokes as ink
from tests.support.small import small_characters, small_sets, small_writing
from train.augment.strokes import vary_ink
from train.config import Config
from train.data.datasets import Characters, Digits, Ink
from train.data.omniglot_split import LOOKALIKES, VALIDATION_ALPHABETS, split_omniglot
from train.data.unipen_sets import Writing
from train.negatives import (
    alphabets,
    curves,
    doodles,
    fragments,
    mix,
    scribbles,
    smudges,
    typefaces,
    unseen,
)

CORNER = [np.array([[0, 0], [0, 80], [70, 80]], np.float32)]  # an L
BAR = [np.array([[0, 0], [1, 50], [0, 100]], np.float32)]
ALPHABETS = {"Balinese": 24, "Early_Aramaic": 22, "Greek": 24, "Korean": 40, "Latin": 26}


def characters(*names: tuple[str, str]) -> Characters:
    alphabets, numbers = [name for name, _ in names], [number for _, number in names]
    return Characters([CORNER] * len(names), alphabets, numbers, ["01"] * len(names))


NO_LETTERS: Final = Writing([], [], [])


def extent(picture: np.ndarray) -> tuple[int, int]:
    """Width and height of what is inked."""
    _, _, width, height = cv2.boundingRect((picture > 63).astype(np.uint8))
    return width, height


@pytest.fixture(scope="module")
def drawer() -> mix.Negatives:
    mnist, pen = small_sets()
    return mix.Negatives(small_characters(), pen.train, mnist.train, small_writing()[1])


@pytest.mark.parametrize(
    "alphabet, number, part",
    [
        ("Latin", "01", "train"),  # a
        ("Latin", "15", "lookalikes"),  # o
        ("Korean", "19", "train"),  # a lying bar
        ("Korean", "21", "lookalikes"),  # a standing bar
        ("Balinese", "01", "train"),
        ("Greek", "01", "validation"),  # alpha
        ("Greek", "15", "lookalikes"),  # omicron: aside, though its alphabet is held out
        ("Early_Aramaic", "09", "validation"),  # a crossed ring
        ("Early_Aramaic", "16", "lookalikes"),  # a ring
    ],
)
def test_where_a_character_goes(alphabet: str, number: str, part: str) -> None:
    split = split_omniglot(characters(("Latin", "05"), (alphabet, number), ("Greek", "24")))
    wanted: dict[str, list[tuple[str, str]]]
    wanted = {"train": [], "validation": [], "lookalikes": []} | {part: [(alphabet, number)]}
    wanted["train"].insert(0, ("Latin", "05"))
    wanted["validation"].append(("Greek", "24"))
    for name, expected in wanted.items():
        chosen = getattr(split, name)
        assert list(zip(chosen.alphabets, chosen.characters, strict=True)) == expected
        assert len(chosen.strokes) == len(chosen.drawers) == len(expected)


def test_no_alphabet_is_on_both_sides() -> None:
    names = [(name, f"{n + 1:02}") for name, count in ALPHABETS.items() for n in range(count)]
    split = split_omniglot(characters(*names))
    assert set(split.validation.alphabets) == set(VALIDATION_ALPHABETS)
    assert set(split.train.alphabets) == set(ALPHABETS) - set(VALIDATION_ALPHABETS)
    assert [len(part.strokes) for part in split] == [73, 27, 36]  # every look-alike exists
    assert set("".join(digits for digits, _ in LOOKALIKES.values())) == set("0123456789")


@pytest.mark.parametrize(
    "character, fine",
    [
        ("A", True),
        ("a", True),
        ("?", True),
        ("★", True),
        ("0", False),
        ("٤", False),  # Arabic four
        ("½", False),
        ("²", False),
        ("Ⅶ", False),  # one character, Roman seven
        ("➂", False),
        ("O", False),
        ("о", False),  # Cyrillic
        ("ס", False),  # Hebrew samekh, a ring
        ("Z", False),
        ("|", False),
        ("ч", False),  # an open 4
    ],
)
def test_printed_characters(character: str, fine: bool) -> None:
    assert alphabets.is_allowed(character) is fine


def test_typefaces_of_training_and_validation_differ() -> None:
    kept, held = alphabets.TRAINING, alphabets.VALIDATION
    fonts = [{*each.plain, *each.letters_only} for each in (kept, held)]
    assert not fonts[0] & fonts[1]
    assert "Greek" not in dict(kept.shares)
    counts = {name: len(pictures) for name, pictures in typefaces.pictures(kept).items()}
    assert counts["Latin"] == 36  # of 52; O Q D l I i S s Z z B b G g o q look like digits
    assert min(counts.values()) >= 4
    assert sum(share for _, share in kept.shares) == pytest.approx(1)


def test_a_mix_is_made_of_glyphs_and_a_seed_repeats_it(drawer: mix.Negatives) -> None:
    first, again, other = (drawer.draw(150, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first.shape == (150, 28, 28)
    assert first.dtype == np.uint8
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert first.reshape(150, -1).max(axis=1).min() > 60  # ink in each, a thin dot's too
    assert len({picture.tobytes() for picture in first}) > 130  # dots may be alike
    assert drawer.draw(0, np.random.default_rng(0)).shape == (0, 28, 28)


def test_shares_and_what_is_drawn_without_characters() -> None:
    assert sum(mix.SHARES.values()) == pytest.approx(1)
    mnist, pen = small_sets()
    without = mix.Negatives(characters(), pen.train, mnist.train, NO_LETTERS)
    assert without.draw(40, np.random.default_rng(0)).any(axis=(1, 2)).all()


def test_a_simple_character_is_never_turned(monkeypatch: pytest.MonkeyPatch) -> None:
    """An L upside down is a 7."""
    only = dict.fromkeys(mix.SHARES, 0.0) | {"characters": 1.0}
    monkeypatch.setattr(mix, "SHARES", only)
    mnist, pen = small_sets()
    corners = mix.Negatives(characters(("Korean", "24")), pen.train, mnist.train, NO_LETTERS)
    for picture in corners.draw(60, np.random.default_rng(0)):
        ys, xs = np.nonzero(picture > 127)
        top, bottom = xs[ys < ys.min() + 4].mean(), xs[ys > ys.max() - 4].mean()
        assert top < bottom  # the foot goes to the right


@pytest.mark.parametrize("drawing", [*scribbles.ALL, *dict.fromkeys(doodles.ALL), *unseen.ALL])
def test_drawings(drawing: curves.Drawing) -> None:
    for seed in range(30):
        strokes = drawing(np.random.default_rng(seed))
        assert {stroke.shape[1:] for stroke in strokes} == {(2,)}
        size = np.ptp(np.concatenate(strokes), axis=0).max()
        assert 20 < size < 300  # pixels: neither a tap nor off the page


@pytest.mark.parametrize("drawing", [doodles.slopes, doodles.rules])
def test_lying_lines_lie(drawing: curves.Drawing) -> None:
    """Within 40 degrees of upright, a line would be a 1."""
    for seed in range(60):
        random = np.random.default_rng(seed)
        for stroke in vary_ink(drawing(random), Config(), random):
            x, y = np.ptp(stroke, axis=0)
            assert y < x * np.tan(np.deg2rad(50))


@pytest.mark.parametrize("make", smudges.ALL)
def test_smudges(make: smudges.Texture) -> None:
    for seed in range(10):
        picture = make(np.random.default_rng(seed))
        assert picture.dtype == np.uint8
        assert set(np.unique(picture)) == {0, 255}
        assert glyph.from_ink(picture).max() > 60  # a filled shape becomes a small dot


def test_a_tap_is_small_and_round() -> None:
    for seed in range(20):
        width, height = extent(mix.dot(np.random.default_rng(seed)))
        assert 1 <= width <= 6
        assert 1 <= height <= 6


@pytest.mark.parametrize(
    "begin, end, expected",
    [
        (0, 1, [[[0, 0], [60, 0]], [[0, 10], [0, 50]]]),  # all: 60 pixels and 40
        (0, 0.3, [[[0, 0], [30, 0]]]),
        (0.5, 0.8, [[[50, 0], [60, 0]], [[0, 10], [0, 30]]]),  # over the gap between strokes
        (0.6, 1, [[[0, 10], [0, 50]]]),
    ],
)
def test_a_piece_by_path_length(
    begin: float, end: float, expected: list[list[list[float]]]
) -> None:
    strokes = [np.array([[0.0, 0], [60, 0]]), np.array([[0.0, 10], [0, 50]])]
    piece = fragments.cut_piece(strokes, begin, end)
    assert [part.round(6).tolist() for part in piece] == expected


def test_ones_side_by_side_stay_apart() -> None:
    """Ones that ran together would be one, or a 4."""
    bars = fragments.Fragments(Ink([BAR], np.array([1]), np.array([0])))
    bitmap = Digits(ink.ink_glyph(BAR)[None], np.array([1]))
    for seed in range(40):
        random = np.random.default_rng(seed)
        picture = fragments.glue_bitmaps(bitmap, random)
        parts, _ = cv2.connectedComponents((picture > 127).astype(np.uint8))
        assert parts - 1 in (2, 3)  # the paper is one
        strokes = bars.glued(random)
        steps = np.diff(sorted(stroke[:, 0].mean() for stroke in strokes))
        heights = np.diff(sorted(stroke[:, 1].mean() for stroke in strokes))
        assert max(steps.min(), heights.min()) > 20


def test_a_crossed_out_one_is_not_a_bar() -> None:
    bars = fragments.Fragments(Ink([BAR], np.array([1]), np.array([0])))
    for seed in range(40):
        strokes = bars.crossed_out(np.random.default_rng(seed))
        width, height = np.ptp(np.concatenate(strokes), axis=0)
        assert width > 0.35 * height


def test_validation_is_fixed_and_named() -> None:
    mnist, pen = small_sets()
    held = split_omniglot(small_characters()).validation
    sets = mix.validation_negatives(held, pen.validation, mnist.validation, count=12)
    again = mix.validation_negatives(held, pen.validation, mnist.validation, count=12)
    other = mix.validation_negatives(held, pen.validation, mnist.validation, seed=1, count=12)
    counts = dict.fromkeys(("omniglot", "letters", "scribbles", "fragments", "glued"), 12)
    counts["omniglot"] = len(held.strokes)
    assert {name: glyphs.shape for name, glyphs in sets.items()} == {
        name: (count, 28, 28) for name, count in counts.items()
    }
    assert np.array_equal(sets["omniglot"][0], ink.ink_glyph(held.strokes[0]))
    for name, glyphs in sets.items():
        assert np.array_equal(glyphs, again[name])
        assert np.array_equal(glyphs, other[name]) == (name == "omniglot")
