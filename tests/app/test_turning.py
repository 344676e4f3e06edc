"""Pictures on their side or upside down: which are turned, and where their digits are."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app import turning
from app.ink.files import picture_file
from app.reading import Digit, Reading
from app.recognizer import Recognizer
from tests.support.pictures import large_photograph, sheet_png

TURNS = (0, 90, 180, 270)


def sheet(*lines: str) -> NDArray[np.uint8]:
    """A sheet with lines of digits, upright."""
    pixels = cv2.imdecode(np.frombuffer(sheet_png(lines), np.uint8), cv2.IMREAD_GRAYSCALE)
    return np.asarray(pixels, np.uint8)


@pytest.mark.parametrize("degrees", TURNS)
def test_a_turned_picture_is_noticed_and_read(recognizer: Recognizer, degrees: int) -> None:
    upright = sheet("2437", "5942")
    expected = recognizer.read_image(upright)
    assert (expected.text, expected.turned, expected.notes) == ("2437\n5942", 0, ())
    lying = turning.turn(upright, (360 - degrees) % 360)
    reading = recognizer.read_image(lying)
    assert (reading.text, reading.turned) == (expected.text, degrees)
    if degrees:
        note = f"The picture was turned by {degrees} degrees clockwise to be read."
        assert reading.notes == (note,)
    assert reading.to_dict()["turned"] == degrees
    for digit in reading.digits:  # each box is around ink in the picture as it was given
        x, y, width, height = (round(side) for side in digit.box)
        inside = lying[max(y, 0) : y + height, max(x, 0) : x + width]
        assert inside.size > 0
        assert 0.05 < (inside < 128).mean() < 0.9


@pytest.mark.parametrize(
    "text",
    ["6", "9", "66", "1", "11", "0", "8", "68", "69", "96", "101", "808", "1001", "6 9", "888"],
)
@pytest.mark.parametrize("degrees", TURNS)
def test_digits_that_are_others_upside_down_stay_as_they_lie(
    recognizer: Recognizer, text: str, degrees: int
) -> None:
    upright = sheet(text)
    assert recognizer.read_image(upright).turned == 0
    lying = turning.turn(upright, degrees)
    reading = recognizer.read_image(lying)
    if reading.turned:  # if it is turned at all, then back
        assert (degrees + reading.turned) % 360 == 0


def test_one_character_is_never_turned(recognizer: Recognizer) -> None:
    lying = turning.turn(sheet("2437"), 180)
    assert recognizer.read_image(lying, single=True).turned == 0


@pytest.mark.parametrize("degrees", TURNS)
def test_a_picture_is_turned_by_the_given_degrees(recognizer: Recognizer, degrees: int) -> None:
    lying = turning.turn(sheet("7"), (360 - degrees) % 360)
    reading = recognizer.read_image(lying, turn=degrees)
    assert (reading.text, reading.turned) == ("7", degrees)


@pytest.mark.parametrize("degrees", TURNS)
def test_a_box_is_found_again(degrees: int) -> None:
    picture = np.zeros((30, 50), np.uint8)
    picture[4:11, 20:23] = 255
    ys, xs = np.nonzero(turning.turn(picture, degrees))
    box = (float(xs.min()), float(ys.min()), float(np.ptp(xs) + 1), float(np.ptp(ys) + 1))
    assert turning.box_before(box, degrees, (30, 50)) == (20, 4, 3, 7)


def reading(marks: Sequence[tuple[int | None, bool]], confidence: float = 1.0) -> Reading:
    """A reading of marks, each a value and whether it is doubtful; confidence: of their number."""
    nothing, empty = np.zeros(10, np.float32), np.zeros((28, 28), np.uint8)
    return Reading(
        tuple(
            Digit(value, 0.9, nothing, (0, 0, 1, 1), empty, 0, 0, doubtful, None, confidence)
            for value, doubtful in marks
        )
    )


SURE, DOUBTFUL = False, True
REFUSED = (None, False)
POOR = [REFUSED, (1, SURE), REFUSED, REFUSED]


@pytest.mark.parametrize(
    "upright, expected",
    [
        ([], ()),  # nothing is drawn
        ([(3, SURE)], ()),
        ([(3, DOUBTFUL)], turning.TURNS),
        ([REFUSED], turning.TURNS),
        ([(3, SURE), (4, SURE), REFUSED], turning.TURNS),
        ([(3, SURE), (4, SURE), (7, SURE)], ()),
        ([(3, SURE), (4, SURE), (7, SURE), REFUSED], (180,)),  # it may be upside down
    ],
)
def test_only_a_poor_reading_is_tried_in_other_positions(
    upright: list[tuple[int | None, bool]], expected: tuple[int, ...]
) -> None:
    assert (
        turning.turns_to_try(reading(upright), reading(upright), turning.MAX_CANDIDATES) == expected
    )
    assert (
        turning.turns_to_try(reading(upright), reading(upright), turning.MAX_CANDIDATES + 1) == ()
    ), "clutter"


@pytest.mark.parametrize("length, expected", [(2, ()), (3, (180,))])
def test_a_number_that_is_not_sure_may_be_upside_down(
    length: int, expected: tuple[int, ...]
) -> None:
    upright = reading([(6, SURE)] * length, turning.MAX_SURENESS - 0.01)
    assert turning.turns_to_try(upright, upright, turning.MAX_CANDIDATES) == expected


@pytest.mark.parametrize(
    "turned, is_better",
    [
        ([(4, SURE), (7, SURE), (2, SURE), (5, SURE)], True),
        ([(4, SURE), (7, SURE), (2, SURE), (5, SURE), REFUSED], True),
        ([(4, SURE), (7, SURE), (2, DOUBTFUL)], True),  # a number of which two thirds are sure
        ([(4, SURE), (7, DOUBTFUL), (2, DOUBTFUL)], False),
        ([(4, SURE), (7, SURE), REFUSED], False),
        ([(4, SURE), (7, SURE)], False),  # too few
        ([(1, SURE)] * 8, False),  # rules, borders and folds look like ones from every side
        # One digit shows the direction of a number of which all is read.
        ([(0, SURE), (8, SURE), (1, SURE), (4, SURE)], True),
        ([(0, SURE), (8, SURE), (1, SURE), (8, SURE)], False),
        ([(0, SURE), (8, SURE), (1, SURE), (1, SURE), (4, SURE), REFUSED], False),
        ([], False),
    ],
)
def test_a_turned_reading_must_be_clearly_better(
    turned: list[tuple[int | None, bool]], is_better: bool
) -> None:
    assert turning.is_clearly_better(reading(turned), reading(POOR), 90) == is_better


def test_lines_and_loops_do_not_show_how_a_picture_lies() -> None:
    """On their side, the zeros of 003078 are read, and the others are not."""
    loops = reading([(0, SURE)] * 5 + [REFUSED])
    assert turning.turns_to_try(loops, loops, turning.MAX_CANDIDATES) == turning.TURNS
    assert turning.is_clearly_better(reading([(0, SURE), (3, SURE), (7, SURE)]), loops, 90)
    assert not turning.is_clearly_better(reading([(0, SURE), (8, SURE), (1, SURE)]), loops, 90)


@pytest.mark.parametrize(
    "values, confidence, is_better",
    [
        # A 4 upside down is not a digit.
        ((4, 5, 6, 9), 0.6, False),
        ((4, 5, 6, 9), 0.98, True),
        # These four are digits upside down: 6950.
        ((0, 5, 6, 9), 0.999, False),
    ],
)
def test_a_number_is_turned_on_its_head_if_it_is_much_surer_then(
    values: tuple[int, ...], confidence: float, is_better: bool
) -> None:
    turned = reading([(value, SURE) for value in values], confidence)
    upright = reading([(6, SURE)] * 4, 0.6)
    assert turning.is_clearly_better(turned, upright, 180) == is_better


@pytest.mark.parametrize("values, is_better", [((4, 5, 6, 9), True), ((0, 5, 6, 9), False)])
def test_a_number_that_is_hardly_read_is_turned_on_its_head_unless_it_reads_both_ways(
    values: tuple[int, ...], is_better: bool
) -> None:
    turned = reading([(value, SURE) for value in values])
    assert turning.is_clearly_better(turned, reading(POOR), 90)
    assert turning.is_clearly_better(turned, reading(POOR), 180) == is_better


@pytest.mark.parametrize("length, is_better", [(4, True), (5, False)])
def test_a_number_is_not_turned_on_its_head_where_it_has_fewer_marks_then(
    length: int, is_better: bool
) -> None:
    turned = reading([(4, SURE)] * 4, 0.999)
    upright = reading([(7, SURE)] * length, 0.6)
    assert turning.is_clearly_better(turned, upright, 180) == is_better


def test_the_best_of_several_turns_is_taken() -> None:
    good, better = [(4, SURE)] * 4 + [REFUSED], [(7, SURE)] * 4
    readings = {90: reading(good), 180: reading(better), 270: reading(POOR)}
    assert turning.best_turn(readings, reading(POOR)) == 180
    assert turning.best_turn({90: reading(POOR)}, reading(POOR)) == 0


def test_of_two_turns_the_one_with_surer_numbers_is_taken() -> None:
    digits = [(4, SURE)] * 4
    readings = {90: reading(digits, 0.7), 270: reading(digits, 0.9)}
    assert turning.best_turn(readings, reading(POOR)) == 270


def test_a_number_that_is_read_about_as_surely_from_both_sides_is_not_turned() -> None:
    """On its side, 895 may as well be 568."""
    digits = [(5, SURE), (8, SURE), (6, SURE)]
    readings = {90: reading(digits, 0.96), 270: reading(digits, 0.97)}
    assert turning.best_turn(readings, reading(POOR)) == 0
    readings[90] = reading([*digits[:2], REFUSED], 0.97)
    assert turning.best_turn(readings, reading(POOR)) == 270


@pytest.mark.parametrize("values, is_better", [((4, 5, 6, 9), True), ((0, 5, 6, 9), False)])
def test_a_number_of_which_a_mark_is_refused_is_turned_on_its_head_if_all_is_sure_then(
    values: tuple[int, ...], is_better: bool
) -> None:
    upright = reading([(6, SURE), (9, SURE), (5, SURE), REFUSED])
    turned = [(value, SURE) for value in values]
    assert turning.is_clearly_better(reading(turned), upright, 180) == is_better
    assert not turning.is_clearly_better(reading([*turned[:3], REFUSED]), upright, 180)


def test_clear_digits_of_an_unsure_number_are_not_turned_on_their_head() -> None:
    marks = reading([(8, SURE), (0, SURE), (6, DOUBTFUL), (4, SURE)], 0.75).digits
    upright = Reading(tuple(replace(mark, is_number_doubtful=mark.is_doubtful) for mark in marks))
    turned = reading([(4, SURE), (9, SURE), (0, SURE), (8, SURE)], 0.93)
    assert turning.turns_to_try(upright, upright, turning.MAX_CANDIDATES) == (
        180,
    )  # for its sureness
    assert not turning.is_clearly_better(turned, upright, 180)


@pytest.mark.parametrize(
    "shape, expected",
    [
        ((800, 600), (800, 600)),
        ((3_000, 4_000, 3), (600, 800, 3)),
        ((1, 30_000), (1, 800)),
    ],
)
def test_a_large_picture_is_tried_smaller(
    shape: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    assert turning.reduced(np.zeros(shape, np.uint8)).shape == expected


def test_a_large_photograph_is_turned(recognizer: Recognizer) -> None:
    photograph = picture_file.decode(large_photograph(["2437"]))
    lying = turning.turn(photograph, 180)
    reading = recognizer.read_image(lying)
    assert (reading.text, reading.turned) == ("2437", 180)
    (x, _, width, _) = reading.digits[0].box
    assert x + width > lying.shape[1] / 2, "the first digit is on the right as the picture lies"


def page(*numbers: tuple[Sequence[int], float]) -> Reading:
    """A reading of several numbers of sure digits; each has its digits and its confidence."""
    return Reading(
        tuple(
            replace(mark, number_index=index)
            for index, (values, confidence) in enumerate(numbers)
            for mark in reading([(value, SURE) for value in values], confidence).digits
        )
    )


def test_all_numbers_of_a_page_together_tell_that_it_is_upside_down() -> None:
    """Each is only somewhat surer, and most digits are digits upside down too."""
    upright = page(((8, 0, 6, 1), 0.8), ((9, 0, 2, 0), 0.7), ((9, 6, 6), 0.8))
    turned = page(((9, 9, 6), 0.96), ((0, 2, 0, 6), 0.95), ((1, 9, 0, 8), 0.95))
    assert turning.turns_to_try(upright, upright, turning.MAX_CANDIDATES) == (180,)
    assert turning.is_clearly_better(turned, upright, 180)
    one = page(((1, 9, 0, 8), 0.96))
    assert not turning.is_clearly_better(one, page(((8, 0, 6, 1), 0.8)), 180)


def test_sure_numbers_that_could_all_be_upside_down_are_tried_so() -> None:
    both_ways = page(((8, 0, 6, 1), 0.99), ((9, 6, 6), 0.99))
    assert turning.turns_to_try(both_ways, both_ways, turning.MAX_CANDIDATES) == (180,)
    telling = page(((8, 0, 4, 1), 0.99), ((9, 6, 6), 0.99))
    assert turning.turns_to_try(telling, telling, turning.MAX_CANDIDATES) == ()
    one = page(((8, 0, 6, 1, 6, 9), 0.99))
    assert turning.turns_to_try(one, one, turning.MAX_CANDIDATES) == ()


def test_an_upside_down_page_has_more_marks_where_digits_are_cut_in_two() -> None:
    upright = page(((8, 3, 0), 0.5), ((8, 5, 2, 7), 0.5), ((6, 1, 0), 0.5))
    turned = page(((0, 1, 9), 0.9), ((2, 2, 9), 0.95), ((4, 3, 5), 0.98))
    assert turning.is_clearly_better(turned, upright, 180)
    assert not turning.is_clearly_better(Reading(turned.digits[:7]), upright, 180)


@pytest.mark.parametrize("confidence, is_doubtful", [(0.97, True), (0.7, False)])
def test_a_number_that_is_read_surer_upside_down_but_not_turned_is_doubtful(
    confidence: float, is_doubtful: bool
) -> None:
    """1051 upside down is 1501."""
    upright, turned = page(((1, 5, 0, 1), 0.85)), page(((1, 0, 5, 1), confidence))
    assert not turning.is_clearly_better(turned, upright, 180)
    assert turning.may_be_upside_down(turned, upright) == is_doubtful
    assert all(mark.is_doubtful for mark in turning.doubted(upright).digits)


def test_a_number_that_is_crossed_out_shows_how_the_picture_lies() -> None:
    struck = reading([(4, DOUBTFUL), (5, DOUBTFUL), (4, DOUBTFUL), (6, DOUBTFUL)], 0.95)
    assert turning.sure_share(struck) == 1
    assert turning.sure_share(reading([(4, DOUBTFUL)] * 4, 0.8)) == 0
    assert turning.sure_share(reading([(4, DOUBTFUL)] * 3 + [(4, SURE)], 0.95)) == 0.25


@pytest.mark.parametrize(
    "sure, num_refused, expected",
    [
        ((3, 4, 7, 2, 5), 5, (180,)),  # level, and perhaps upside down
        ((3, 4), 2, turning.TURNS),
        ((3, 4, 7), 4, turning.TURNS),
        ((0, 1, 8, 0, 1, 8), 6, turning.TURNS),  # any line is a 1, and any loop a 0
        ((3, 4, 7, 3, 4), 1, ()),  # upright
    ],
)
def test_where_many_sure_digits_are_level_the_picture_is_not_tried_on_its_side(
    sure: tuple[int, ...], num_refused: int, expected: tuple[int, ...]
) -> None:
    written = reading([(value, SURE) for value in sure] + [REFUSED] * num_refused)
    assert turning.turns_to_try(written, written, turning.MAX_CANDIDATES) == expected


def test_printed_words_do_not_count_against_the_writing() -> None:
    written: list[tuple[int | None, bool]] = [(value, SURE) for value in (3, 4, 7, 3, 4)]
    with_header = reading([REFUSED] * 10 + written)
    assert turning.turns_to_try(with_header, reading(written), turning.MAX_CANDIDATES) == ()
    assert turning.turns_to_try(with_header, with_header, turning.MAX_CANDIDATES) == turning.TURNS
