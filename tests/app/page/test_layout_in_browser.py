"""What is in view while a visitor draws, in windows of many sizes."""

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from app.page.headline import STRANGE
from tests.support.browser import (
    Visit,
    box_of,
    button,
    change_sheet,
    draw_with_finger,
    draw_with_mouse,
    expect_read,
    number_on_sheet,
    on_sheet,
    open_page,
)

USED_WHILE_DRAWING = (
    ".st-key-reading .shown",
    ".st-key-canvas",
    ".st-key-undo button",
    ".st-key-redo button",
    ".st-key-clear button",
    ".st-key-pen",
)
PHONES = [(320, 568), (360, 640), (360, 740), (390, 844), (430, 932)]
PHONE_SIZES = [*PHONES, *((height, width) for width, height in PHONES)]
DESK_SIZES = [(768, 1024), (1024, 600), (1024, 768), (1280, 800), (1920, 1080)]
# window -> width of the sheet in it, in CSS pixels: the largest step that leaves room for what is
# beside and above the sheet.
DESK_SHEETS = {
    (320, 568): 264,  # the smallest step: a narrow window beside others
    (640, 480): 480,  # just high enough for its step
    (959, 800): 912,  # the details are below the sheet
    (960, 800): 504,  # and here beside it
    (1280, 720): 816,
    (2560, 1440): 1200,  # the largest step, as the canvas has no more pixels
}
PHONE_SHEETS = {
    (320, 568): 280,  # just wide enough for its step
    (360, 740): 313.6,
    (740, 360): 369.6,  # everything else is beside the sheet
    (568, 320): 313.6,
}


@pytest.fixture(scope="module")
def phone(browser: Browser, address: str) -> Iterator[Page]:
    """One visitor, who turns the phone and uses different ones."""
    page = open_page(browser, address, 360, 740, touch=True)
    yield page
    page.context.close()


def resize(page: Page, size: tuple[int, int]) -> None:
    """Gives the page's window this width and height."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.locator(".stMain").evaluate("e => e.scrollTo(0, 0)")


def expect_in_view(page: Page, size: tuple[int, int]) -> None:
    """Expects in view what drawing needs, and the reading where no hand covers it."""
    for part in USED_WHILE_DRAWING:
        left, top, right, bottom = box_of(page, part)
        assert 0 <= left < right <= size[0], (part, left, right)
        assert 0 <= top < bottom <= size[1], (part, top, bottom)
    reading, sheet = box_of(page, ".st-key-reading .shown"), box_of(page, ".st-key-canvas")
    is_above, is_left = reading[3] <= sheet[1], reading[2] <= sheet[0]
    assert is_above or is_left
    if is_above:
        undo, pens = box_of(page, ".edit"), box_of(page, ".pens")
        assert reading[0] == pens[0] == pytest.approx(sheet[0], abs=1), "all are in one column"
        assert undo[2] == pytest.approx(sheet[2], abs=1)
    assert sheet[2] - sheet[0] >= 0.44 * size[0]
    canvas = box_of(page, ".st-key-canvas canvas.upper-canvas")
    assert canvas[0] == pytest.approx(sheet[0], abs=1), "nothing is cut off at the sides"
    assert canvas[2] == pytest.approx(sheet[2], abs=1)
    if page.locator("h1").is_visible():  # there is no room for it on a phone in landscape
        title, ways = box_of(page, "h1"), box_of(page, ".st-key-way")
        is_beside = title[1] + title[3] == pytest.approx(ways[1] + ways[3], abs=4)
        assert is_beside or title[3] <= ways[1]


def expect_sheet(page: Page, size: tuple[int, int], width: float, shape: float) -> None:
    """Expects this width of the sheet in a window of this size. shape: height divided by width."""
    resize(page, size)
    left, top, right, bottom = box_of(page, ".st-key-canvas")
    assert right - left == pytest.approx(width, abs=0.1)
    assert bottom - top == pytest.approx(shape * width, abs=0.1)


@pytest.mark.parametrize("size", PHONE_SIZES, ids=str)
def test_a_phone_shows_everything_needed_while_drawing(phone: Page, size: tuple[int, int]) -> None:
    resize(phone, size)
    expect_in_view(phone, size)


@pytest.mark.parametrize("size", DESK_SHEETS, ids=str)
def test_a_larger_window_shows_a_larger_sheet(desk: Page, size: tuple[int, int]) -> None:
    expect_sheet(desk, size, width=DESK_SHEETS[size], shape=260 / 600)


@pytest.mark.parametrize("size", PHONE_SHEETS, ids=str)
def test_a_larger_phone_shows_a_larger_sheet(phone: Page, size: tuple[int, int]) -> None:
    expect_sheet(phone, size, width=PHONE_SHEETS[size], shape=240 / 280)


@pytest.mark.parametrize("size", DESK_SIZES, ids=str)
def test_a_desktop_shows_everything_needed_while_drawing(desk: Page, size: tuple[int, int]) -> None:
    resize(desk, size)
    expect_in_view(desk, size)


def test_a_drawing_is_kept_and_goes_on_where_a_phone_is_turned(phone: Page) -> None:
    resize(phone, (390, 844))
    draw_with_finger(phone, [on_sheet(phone, 1)[0] - np.array([60, 0])])
    expect_read(phone, "1")
    before = box_of(phone, ".st-key-canvas")
    resize(phone, (844, 390))
    expect_read(phone, "1")
    draw_with_finger(phone, [on_sheet(phone, 1)[0] + np.array([60, 0])])
    expect_read(phone, "11 ")
    resize(phone, (390, 844))
    expect_read(phone, "11 ")
    assert box_of(phone, ".st-key-canvas") == before


def test_the_sheet_does_not_move_under_the_pen(visit: Visit) -> None:
    page = visit(width=1280, height=800)
    before = box_of(page, ".st-key-canvas")
    draw_with_mouse(page, number_on_sheet(page, "2026"))
    expect_read(page, "2026 ")
    assert box_of(page, ".st-key-canvas") == before
    beside, sheet = box_of(page, ".st-key-beside"), box_of(page, ".st-key-canvas")
    assert beside[0] > sheet[2], "the details are beside the sheet"
    assert beside[1] < sheet[3]


def test_a_small_phone_shows_all_words_about_sureness(visit: Visit) -> None:
    page = visit(width=320, height=568, touch=True)
    change_sheet(page, "sample-0")
    expect_read(page, "2026")
    sure = f"97 % sure{STRANGE}"
    shown = page.locator(".shown")
    shown.evaluate("""(shown, sure) => {
        const element = shown.querySelector(".sure")
        element.style.setProperty("--chars", sure.length)
        element.textContent = sure
    }""", sure)  # fmt: skip
    assert shown.evaluate("e => e.scrollWidth <= e.clientWidth")


def test_streamlits_menu_is_not_shown(desk: Page) -> None:
    expect(desk.locator("[data-testid=stMainMenu], [data-testid=stToolbarActions]")).to_have_count(
        0
    )


def test_samples_are_offered_on_an_empty_sheet_only(visit: Visit) -> None:
    page = visit()
    change_sheet(page, "sample-0")
    expect_read(page, "2026")
    expect(page.locator(".samples")).to_have_count(0)
    expect(button(page, "undo")).to_be_enabled()
