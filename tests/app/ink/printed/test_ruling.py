"""Strong squares and rules are taken out of a picture, and the ink that crosses them is not."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.printed.ruling import find_bands, without_ruling

Picture = NDArray[np.uint8]
HEIGHT, WIDTH, PITCH = 400, 600, 47
PAPER = (228, 232, 236)
BLUE, BLACK, GREY = (150, 90, 40), (20, 20, 20), (95, 95, 95)
INK = (25, 25, 25)
DESK = (60, 80, 110)
STEM = ((110, 60), (170, 260))  # a stroke across several lines


def squared(
    colour: tuple[int, int, int] = BLUE,
    thickness: int = 4,
    slope: float = 0.04,
    has_uprights: bool = True,
) -> Picture:
    """Squared or ruled paper that goes on beyond the picture, photographed a little aslant."""
    paper = np.full((HEIGHT, WIDTH, 3), PAPER, np.uint8)
    for place in range(-5 * PITCH + 20, 2 * WIDTH, PITCH):
        ends = (0, place), (WIDTH, round(place + slope * WIDTH))
        cv2.line(paper, *ends, colour, thickness, cv2.LINE_AA)
        if has_uprights:
            ends = (place, 0), (round(place - slope * HEIGHT), HEIGHT)
            cv2.line(paper, *ends, colour, thickness, cv2.LINE_AA)
    return paper


def written(paper: Picture, ink: tuple[int, int, int] = INK) -> Picture:
    """The paper with a stem on it, and the photograph's blur."""
    picture = paper.copy()
    cv2.line(picture, *STEM, ink, 7, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.8), np.uint8)


def stem() -> NDArray[np.bool_]:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.line(mask, *STEM, 255, 3)
    return mask > 0


def far_from_stem() -> NDArray[np.bool_]:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.line(mask, *STEM, 255, 31)
    return mask == 0


@pytest.mark.parametrize("colour", [BLUE, BLACK, GREY])
@pytest.mark.parametrize("has_uprights", [True, False])
def test_lines_of_any_colour_go_and_a_stroke_across_them_stays(
    colour: tuple[int, int, int], has_uprights: bool
) -> None:
    picture = written(squared(colour, has_uprights=has_uprights))
    rest = without_ruling(picture)
    assert (rest[stem()].max(axis=1) < 110).mean() > 0.9
    assert (rest[far_from_stem()].min(axis=1) > 190).mean() > 0.999


def test_the_line_of_a_margin_goes_with_the_rules() -> None:
    paper = squared(has_uprights=False)
    cv2.line(paper, (62, 0), (58, HEIGHT), (40, 40, 200), 3, cv2.LINE_AA)
    rest = without_ruling(written(paper))
    assert (rest[far_from_stem()].min(axis=1) > 190).mean() > 0.999


def test_rules_of_paper_on_its_side_go_too() -> None:
    picture = np.ascontiguousarray(written(squared(has_uprights=False)).swapaxes(0, 1))
    rest = without_ruling(picture)
    assert (rest[far_from_stem().T].min(axis=1) > 190).mean() > 0.999


def test_lines_in_bent_paper_and_uneven_light_go() -> None:
    picture = written(squared()).astype(np.float32)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    picture *= (0.5 + 0.5 * columns / WIDTH)[..., None]
    bent = cv2.remap(
        picture,
        columns,
        rows + 6 * np.sin(columns / WIDTH * np.pi),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT_101,
    )
    rest = without_ruling(bent.astype(np.uint8))
    light = 255 * (0.5 + 0.5 * columns / WIDTH)
    inner = far_from_stem()
    inner[-12:] = False
    assert (rest.min(axis=2) > 0.75 * light)[inner].mean() > 0.998


def test_what_is_left_of_a_line_that_writing_hides_is_erased() -> None:
    """A line is found where its neighbours say that it should be."""
    paper = squared(slope=0.0)
    cv2.rectangle(paper, (60, 120), (480, 150), PAPER, -1)  # no long piece of one line is seen
    rest = without_ruling(written(paper))
    assert (rest[far_from_stem()].min(axis=1) > 190).mean() > 0.999


def on_a_desk(sheet: Picture) -> Picture:
    """The sheet a little turned on a brown desk, with all of its edges in the picture."""
    size = (WIDTH + 200, HEIGHT + 200)
    place = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), 2.0, 1.0)
    place[:, 2] += 100
    return np.asarray(
        cv2.warpAffine(sheet, place, size, flags=cv2.INTER_LINEAR, borderValue=DESK),
        np.uint8,
    )


def test_lines_that_end_where_a_sheet_on_a_desk_does_go() -> None:
    picture = on_a_desk(written(squared()))
    rest = without_ruling(picture)
    stroke = on_a_desk(np.where(stem(), 255, 0).astype(np.uint8)[..., None].repeat(3, 2))
    is_stroke = (stroke == 255).all(axis=2)
    assert (rest[is_stroke].max(axis=1) < 110).mean() > 0.9
    blank = on_a_desk(np.where(far_from_stem(), 255, 0).astype(np.uint8)[..., None].repeat(3, 2))
    is_blank = cv2.erode((blank == 255).all(axis=2).astype(np.uint8), np.ones((15, 15))) > 0
    assert (rest[is_blank].min(axis=1) > 190).mean() > 0.98
    is_desk = (picture == np.array(DESK)).all(axis=2)
    assert (rest[is_desk] == picture[is_desk]).mean() > 0.99


def test_a_table_that_ends_in_a_sheet_on_a_desk_stays() -> None:
    paper = np.full((HEIGHT, WIDTH, 3), PAPER, np.uint8)
    for place in range(60, 60 + 5 * 60, 60):
        cv2.line(paper, (60, place), (300, place), BLACK, 3)
        cv2.line(paper, (place, 60), (place, 300), BLACK, 3)
    picture = on_a_desk(written(paper))
    assert without_ruling(picture) is picture


def test_a_table_stays_because_it_divides_numbers() -> None:
    paper = np.full((HEIGHT, WIDTH, 3), PAPER, np.uint8)
    for place in range(60, 60 + 5 * 60, 60):
        cv2.line(paper, (60, place), (300, place), BLACK, 3)
        cv2.line(paper, (place, 60), (place, 300), BLACK, 3)
    picture = written(paper)
    assert without_ruling(picture) is picture


@pytest.mark.parametrize(
    "picture",
    [
        written(np.full((HEIGHT, WIDTH, 3), PAPER, np.uint8)),
        written(squared((205, 208, 212))),  # pale squares, which the segmenter knows
        squared()[:150, :150],  # too small to show squares
        written(squared(slope=0.0))[: 2 * PITCH],  # two level lines at most
    ],
)
def test_other_pictures_are_returned_themselves(picture: Picture) -> None:
    assert without_ruling(picture) is picture
    assert find_bands(picture) is None


def test_lines_that_are_not_evenly_spaced_stay() -> None:
    paper = np.full((HEIGHT, WIDTH, 3), PAPER, np.uint8)
    for place in (40, 75, 190, 330):
        cv2.line(paper, (0, place), (WIDTH, place), BLACK, 3)
    picture = written(paper)
    assert without_ruling(picture) is picture
