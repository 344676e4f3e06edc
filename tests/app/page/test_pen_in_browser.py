"""The pen: what the page's script does with strokes besides the canvas component's own code."""

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.support.browser import (
    RENAME_THE_BUTTON,
    STOP_THE_WAIT,
    Visit,
    canvas,
    change_sheet,
    draw_with_finger,
    draw_with_mouse,
    expect_read,
    on_sheet,
)


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "finger"])
def test_a_drawing_is_sent_as_soon_as_the_pen_is_lifted(visit: Visit, touch: bool) -> None:
    page = visit(width=360, height=740, touch=touch)
    draw = draw_with_finger if touch else draw_with_mouse
    page.evaluate(STOP_THE_WAIT)
    draw(page, on_sheet(page, 3))
    expect_read(page, "3")
    change_sheet(page, "clear")
    draw(page, on_sheet(page, 6))  # on another canvas
    expect_read(page, "6")


def test_a_drawing_is_sent_after_the_wait_where_the_button_is_missing(visit: Visit) -> None:
    page = visit()
    canvas(page).evaluate(RENAME_THE_BUTTON)
    draw_with_mouse(page, on_sheet(page, 3))
    expect_read(page, "3")
    page.evaluate(STOP_THE_WAIT)
    draw_with_mouse(page, [stroke + np.array([100, 0]) for stroke in on_sheet(page, 6)])
    page.wait_for_timeout(1_000)
    expect_read(page, "3 ")  # without button and timer, nothing sends the second digit


def test_the_hidden_toolbar_takes_no_focus(visit: Visit) -> None:
    page = visit()
    for change in ("sample-0", "clear"):  # on the first canvas and on the next
        expect(canvas(page)).to_have_accessible_name("Sheet of paper to draw digits on")
        edit = page.locator(".st-key-canvas button[aria-label=Edit]")
        edit.evaluate("e => e.focus()")
        assert edit.evaluate("e => e.getRootNode().activeElement === null")
        change_sheet(page, change)
