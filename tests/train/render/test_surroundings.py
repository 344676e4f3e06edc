"""What is printed around ink is drawn and never counts as ink, and layouts are as specified."""

from functools import partial

import numpy as np
import pytest

from tests.support.drawings import DIGITS, placed
from train.render import clutter, layouts, printed
from train.render.exposure import Look, Printer, Surroundings
from train.render.photograph import photograph
from train.render.scene import Scene
from train.render.surroundings import LINES, surround

WHITE, BLACK = np.ones(3, np.float32), np.zeros(3, np.float32)
PIECES = [placed(5, 0, 0, 100), placed(8, 0, 0, 100)]
PRINTERS: dict[str, Printer] = {
    **{printer.__name__: printer for printer in LINES},
    "neighbours": partial(clutter.neighbours, PIECES),
    "erased": partial(clutter.erased, PIECES),
}


def digit_scene(seed: int) -> tuple[Scene, np.random.Generator]:
    random = np.random.default_rng(seed)
    points = np.concatenate(placed(3, 0, 0, 100)).astype(np.float64)
    return Scene(points, random), random


@pytest.mark.parametrize("name", PRINTERS)
def test_each_kind_covers_a_part_of_the_picture(name: str) -> None:
    covered = []
    for seed in range(20):
        scene, random = digit_scene(seed)
        layers = PRINTERS[name](scene, Look(WHITE, BLACK, 3.0), random)
        for amount, tone in layers:
            assert amount.shape == scene.size[::-1]
            assert amount.dtype == np.float32
            assert tone.shape == (3,)
            assert 0 <= amount.min() <= amount.max() <= 1
        covered.append(max((float(amount.mean()) for amount, _ in layers), default=0.0))
    assert np.count_nonzero(covered) >= 10  # there is not always room
    assert np.median(covered) < 0.5


@pytest.mark.parametrize("is_clean", [False, True], ids=["camera", "screen"])
@pytest.mark.parametrize("name", PRINTERS)
def test_what_is_printed_is_not_ink(name: str, is_clean: bool) -> None:
    for seed in range(12):
        bare, shot = (
            photograph(
                DIGITS[seed % 10],
                np.random.default_rng(seed),
                around=Surroundings(0.0, printer, is_clean),
            )
            for printer in (None, PRINTERS[name])
        )
        assert np.array_equal(shot.ink, bare.ink)


def test_a_screen_shows_even_paper() -> None:
    """Most of a picture from a screen has one colour; a camera's has noise everywhere."""
    for is_clean, low, high in ((True, 0.5, 1.0), (False, 0.0, 0.2)):
        shares = []
        for seed in range(20):
            random = np.random.default_rng(seed)
            shot = photograph(DIGITS[2], random, around=Surroundings(0.0, None, is_clean))
            _, counts = np.unique(shot.picture.reshape(-1, 3), axis=0, return_counts=True)
            shares.append(counts.max() / counts.sum())
        assert low <= np.median(shares) <= high


def test_ruling_and_rules_cross_the_ink_and_margins_do_not() -> None:
    cases = [(printed.ruling, True), (printed.through, True), (printed.margin, False)]
    for printer, crosses in cases:
        num_crossing = 0
        for seed in range(20):
            scene, random = digit_scene(seed)
            left, top, right, bottom = (round(edge) for edge in scene.box)
            layers = printer(scene, Look(WHITE, BLACK, 2.0), random)
            cover = np.max([amount for amount, _ in layers], axis=0)
            inner = cover[top + 4 : bottom - 4, left + 4 : right - 4]
            num_crossing += bool(inner.size and inner.max() > 0.1)
        assert num_crossing >= 16 if crosses else num_crossing <= 4


def test_forms_and_tables_have_a_digit_in_each_box() -> None:
    random = np.random.default_rng(0)
    for _ in range(20):
        form = layouts.form(lambda: placed(2, 0, 0, 50), random)
        assert 2 <= len(form.lines) < layouts.NUM_DIGITS[1]
        corners = np.concatenate(form.lines)  # of boxes from y = 0 on, or of the ticks of a comb
        points = np.concatenate(form.strokes)
        assert (points >= (corners[:, 0].min() - 0.1, -0.1)).all()
        assert (points <= corners.max(axis=0) + 0.1).all()
        table = layouts.table(lambda: placed(2, 0, 0, 50), random)
        columns = sum(bool(np.ptp(line[:, 0]) == 0) for line in table.lines) - 1
        rows = len(table.lines) - columns - 2
        assert 1 <= columns <= layouts.MAX_CELLS[0]
        assert 1 <= rows <= layouts.MAX_CELLS[1]
        size = np.concatenate(table.lines).max(axis=0)
        points = np.concatenate(table.strokes)
        assert (points >= -0.1).all()
        assert (points <= size + 0.1).all()


def test_ruled_paper_is_not_drawn_twice() -> None:
    """Forms bring their own lines, and screens have none."""
    around = [
        surround(np.random.default_rng(seed), 1.0, lambda: PIECES[0], printed.grid)
        for seed in range(30)
    ]
    assert all(each.ruled == 0 for each in around)
    plain = [surround(np.random.default_rng(seed), 1.0, lambda: PIECES[0]) for seed in range(60)]
    assert {each.ruled for each in plain if each.is_clean} == {0.0}
    assert {each.ruled for each in plain if not each.is_clean} == {1.0}
