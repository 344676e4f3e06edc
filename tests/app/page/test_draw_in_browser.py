"""Drawing on the page, served and drawn on in a real browser, with a mouse and with a finger."""

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import (
    Visit,
    button,
    change_sheet,
    draw_with_finger,
    draw_with_mouse,
    expect_read,
    number_on_sheet,
    on_sheet,
    way,
)
from tests.support.shown_ink import HINT, dark_pixels, expect_ink, sheet


@pytest.mark.parametrize("number", ["2026", "1047", "583", "9"])
def test_reads_a_number_drawn_with_the_mouse(desk: Page, number: str) -> None:
    draw_with_mouse(desk, number_on_sheet(desk, number))
    expect_read(desk, f"{number} ")
    change_sheet(desk, "clear")
    expect_read(desk, HINT)


@pytest.mark.parametrize("number", ["2", "75"])
def test_reads_a_number_drawn_with_a_finger(visit: Visit, number: str) -> None:
    page = visit(width=360, height=740, touch=True)
    draw_with_finger(page, number_on_sheet(page, number))
    expect_read(page, f"{number} ")


def test_samples_are_read(desk: Page) -> None:
    for index, start in enumerate(["2026 ", "5 ", "? not a digit"]):
        change_sheet(desk, f"sample-{index}")
        expect_read(desk, start)
        change_sheet(desk, "clear")
        expect_read(desk, HINT)


def test_a_new_drawing_replaces_the_reading(visit: Visit) -> None:
    page = visit()
    expect_read(page, HINT)
    expect(button(page, "undo")).to_be_disabled()
    expect(button(page, "clear")).to_be_disabled()
    draw_with_mouse(page, on_sheet(page, 3))
    expect_read(page, "3")
    change_sheet(page, "clear")
    expect_read(page, HINT)
    expect_ink(page, 0)
    draw_with_mouse(page, on_sheet(page, 6))
    expect_read(page, "6")


def test_undo_takes_back_one_stroke(visit: Visit) -> None:
    page = visit()
    bar, slope = on_sheet(page, 7)
    draw_with_mouse(page, [slope])
    expect_read(page, "1")
    before = dark_pixels(sheet(page))
    draw_with_mouse(page, [bar])
    expect_read(page, "7")
    change_sheet(page, "undo")
    expect_read(page, "1")
    expect_ink(page, before)
    draw_with_mouse(page, [bar])  # kept and new strokes still fit together
    expect_read(page, "7")
    change_sheet(page, "undo")
    change_sheet(page, "undo")
    expect_read(page, HINT)
    expect_ink(page, 0)
    change_sheet(page, "redo")
    expect_read(page, "1")
    expect_ink(page, before)


def test_a_thicker_pen_draws_more_ink_and_keeps_the_drawing(visit: Visit) -> None:
    page = visit()
    draw_with_mouse(page, on_sheet(page, 1))
    expect_read(page, "1")
    before = dark_pixels(sheet(page))
    page.get_by_role("radio", name="Thick pen").click()
    expect(page.get_by_role("radio", name="Thick pen")).to_be_checked()
    page.wait_for_timeout(500)  # until the change reaches the canvas
    draw_with_mouse(page, [stroke + np.array([120, 0]) for stroke in on_sheet(page, 1)])
    expect_read(page, "11 ")
    assert dark_pixels(sheet(page)) > 2.4 * before


def test_the_drawing_is_kept_while_a_picture_is_read(visit: Visit) -> None:
    page = visit()
    draw_with_mouse(page, on_sheet(page, 8))
    expect_read(page, "8")
    page.get_by_role("radio", name="Thin pen").click()
    expect(page.get_by_role("radio", name="Thin pen")).to_be_checked()
    before = dark_pixels(sheet(page))
    way(page, "Picture")
    expect_read(page, "The reading appears here")
    way(page, "Draw")
    expect_read(page, "8")
    expect_ink(page, before)
    expect(page.get_by_role("radio", name="Thin pen")).to_be_checked()


def test_a_finger_draws_without_scrolling(visit: Visit) -> None:
    page = visit(width=360, height=480, touch=True)
    top = "() => document.querySelector('.stMain').scrollTop"
    drawn = on_sheet(page, 1)
    before = page.evaluate(top)
    draw_with_finger(page, [drawn[0][::-1]])  # upwards, as one scrolls down
    expect_read(page, "1")
    assert page.evaluate(top) == before
    # The same movement beside the sheet does scroll, because the page is taller than the screen.
    draw_with_finger(page, [np.stack([np.full(12, 8.0), np.linspace(400, 100, 12)], axis=1)])
    page.wait_for_function(f"before => ({top})() > before", arg=before)


def test_a_finger_draws_in_the_upper_right_corner(visit: Visit) -> None:
    page = visit(width=360, height=740, touch=True)
    box = sheet(page).bounding_box()
    assert box is not None
    corner = np.array([box["x"] + box["width"] - 12, box["y"] + 12])
    draw_with_finger(page, [corner + np.array([[0, 0], [-2, 60], [-4, 120], [-6, 200]])])
    expect_read(page, "1")
    assert dark_pixels(sheet(page)) > 1000


def test_sends_no_request_elsewhere(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    page.goto(address)
    expect_read(page, HINT)
    context.close()
    assert [url for url in urls if not url.startswith((address, "data:", "blob:"))] == []
    assert urls
