"""Hands on the sheet: strokes that begin elsewhere or too early, palms, and merged moves."""

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.browser import (
    Stroke,
    Visit,
    button,
    canvas,
    change_sheet,
    draw_with_finger,
    draw_with_mouse,
    expect_read,
    number_on_sheet,
    on_sheet,
)

# What a button looks like while it is pointed at, or not.
COLOUR = "e => getComputedStyle(e).color"
# Keeps what the page sends until `release` is called, as a slow connection does.
HOLD_MESSAGES = """() => {
    const { send } = WebSocket.prototype
    const held = []
    WebSocket.prototype.send = function (message) { held.push([this, message]) }
    window.release = () => {
        WebSocket.prototype.send = send
        for (const [socket, message] of held) send.call(socket, message)
    }
}"""
# A pointer's move, with the earlier moves that the browser has merged into it.
MOVE_MERGED = """(canvas, points) => {
    const at = ([clientX, clientY]) =>
        ({ clientX, clientY, pointerType: "mouse", bubbles: true, composed: true })
    const coalescedEvents = points.map(point => new PointerEvent("pointermove", at(point)))
    canvas.dispatchEvent(
        new PointerEvent("pointermove", { ...at(points.at(-1)), coalescedEvents }))
}"""


class Fingers:
    """Touches the page with several fingers, each with a number."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._points: dict[int, dict[str, float]] = {}

    def put(self, finger: int, x: float, y: float) -> None:
        """Puts a finger on the screen, or moves it there."""
        kind = "touchMove" if finger in self._points else "touchStart"
        self._points[finger] = {"x": float(x), "y": float(y), "id": finger}
        self._send(kind, list(self._points.values()))

    def lift(self, finger: int) -> None:
        """Lifts a finger."""
        self._send("touchEnd", [self._points.pop(finger)])

    def draw(self, finger: int, stroke: Stroke) -> None:
        """Draws a stroke with a finger."""
        for x, y in stroke:
            self.put(finger, x, y)
        self.lift(finger)

    def _send(self, kind: str, points: list[dict[str, float]]) -> None:
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def box_of(page: Page) -> tuple[float, float, float, float]:
    """Left, top, width and height of the sheet."""
    box = page.locator(".st-key-canvas").bounding_box()
    assert box is not None
    return box["x"], box["y"], box["width"], box["height"]


def bar_from(page: Page, above: float) -> Stroke:
    """A vertical stroke down the middle of the sheet that begins this many pixels above it."""
    left, top, width, height = box_of(page)
    heights = np.linspace(top - above, top + 0.8 * height, 25)
    return np.stack([np.full(25, left + width / 2), heights], axis=1)


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "finger"])
@pytest.mark.parametrize("tool, expected", [("clear", "8 "), ("undo", "38 ")])
def test_a_stroke_that_is_drawn_before_a_tool_has_worked_is_kept(
    visit: Visit, touch: bool, tool: str, expected: str
) -> None:
    page = visit(width=390, height=844, touch=touch)
    draw = draw_with_finger if touch else draw_with_mouse
    three, six = number_on_sheet(page, "36")
    draw(page, [three])
    expect_read(page, "3 ")
    draw(page, [six])
    expect_read(page, "36 ")
    page.evaluate(HOLD_MESSAGES)
    button(page, tool).click()
    draw(page, [number_on_sheet(page, "38")[-1]])  # the old sheet is still shown
    page.evaluate("release()")
    expect_read(page, expected)


def test_a_finger_goes_on_with_its_stroke_where_the_sheet_is_replaced(visit: Visit) -> None:
    page = visit(width=390, height=844, touch=True)
    (three,), (six,) = on_sheet(page, 3), on_sheet(page, 6)
    draw_with_finger(page, [three])
    expect_read(page, "3 ")
    page.evaluate(HOLD_MESSAGES)
    button(page, "clear").click()
    old = canvas(page).element_handle()
    fingers = Fingers(page)
    for x, y in six[:9]:
        fingers.put(1, x, y)
    page.evaluate("release()")
    page.wait_for_function("old => !old.isConnected", arg=old)
    fingers.draw(1, six[9:])
    expect_read(page, "6 ")


def test_a_stroke_that_is_drawn_before_the_canvas_is_ready_is_kept(visit: Visit) -> None:
    page = visit()
    draw_with_mouse(page, on_sheet(page, 3))
    expect_read(page, "3 ")
    held: list[Route] = []
    # Before its style sheet arrives, the new canvas is not yet where it appears later.
    page.route("**/*drawable*/**/*.css*", lambda route: held.append(route))
    change_sheet(page, "clear")
    draw_with_mouse(page, on_sheet(page, 6))
    page.wait_for_timeout(100)
    assert held, "the canvas has asked for its style sheet"
    for route in held:
        route.continue_()
    expect_read(page, "6 ")


def test_a_tool_that_the_server_does_not_answer_does_not_end_drawing(visit: Visit) -> None:
    page = visit()
    draw_with_mouse(page, on_sheet(page, 3))
    expect_read(page, "3 ")
    # The server never hears of the press.
    page.evaluate("""document.querySelector('.st-key-tools').addEventListener(
        'click', (event) => event.stopPropagation(), { capture: true })""")
    button(page, "clear").click()
    draw_with_mouse(page, [stroke + np.array([150, 0]) for stroke in on_sheet(page, 6)])
    expect_read(page, "36 ")


@pytest.mark.parametrize("touch, above", [(False, 15), (True, 6)], ids=["mouse", "finger"])
def test_a_stroke_that_begins_beside_the_sheet_is_drawn_from_its_edge(
    visit: Visit, touch: bool, above: float
) -> None:
    page = visit(width=360, height=740, touch=touch)
    draw = draw_with_finger if touch else draw_with_mouse
    draw(page, [bar_from(page, above)])
    expect_read(page, "1 ")
    assert page.evaluate("getSelection().toString()") == ""


def test_a_finger_beyond_the_ring_and_a_mouse_far_away_draw_nothing(visit: Visit) -> None:
    page = visit(width=360, height=740, touch=True)
    left, top, *_ = box_of(page)
    draw_with_finger(page, [np.array([[left - 14, top + 50], [left + 90, top + 60]])])
    desk = visit()
    draw_with_mouse(desk, [bar_from(desk, 60)])
    for each in (page, desk):
        each.wait_for_timeout(500)
        expect_read(each, "Draw")


def test_a_button_beside_the_sheet_is_pressed_and_begins_no_stroke(visit: Visit) -> None:
    page = visit()
    change_sheet(page, "sample-0")
    expect_read(page, "2026")
    button(page, "clear").click()
    expect_read(page, "Draw")


def test_a_palm_that_rests_on_the_sheet_takes_no_stroke(visit: Visit) -> None:
    page = visit(width=390, height=844, touch=True)
    left, top, width, height = box_of(page)
    palm, pen = 1, 2
    fingers = Fingers(page)
    fingers.put(palm, left + width - 20, top + height - 20)
    page.wait_for_timeout(400)
    fingers.put(palm, left + width - 15, top + height - 22)  # a palm is never quite still
    for stroke in number_on_sheet(page, "36", fill=0.6):
        fingers.draw(pen, stroke)
    expect_read(page, "36 ")
    fingers.put(palm, left + width - 60, top + height - 60)
    fingers.lift(palm)
    page.wait_for_timeout(500)
    expect_read(page, "36 ")


def test_only_the_first_of_two_fingers_draws(visit: Visit) -> None:
    page = visit(width=390, height=844, touch=True)
    (bar,) = on_sheet(page, 1)
    fingers = Fingers(page)
    for x, y in bar:
        fingers.put(1, x, y)
        fingers.put(2, x + 80, y)
    fingers.lift(2)
    fingers.lift(1)
    expect_read(page, "1 ")
    page.wait_for_timeout(500)
    expect_read(page, "1 ")


def test_a_finger_leaves_a_dot(visit: Visit) -> None:
    page = visit(width=390, height=844, touch=True)
    left, top, width, height = box_of(page)
    fingers = Fingers(page)
    fingers.draw(1, np.array([[left + width / 2, top + height / 2]]))
    expect(button(page, "undo")).to_be_enabled()


def test_moves_that_the_browser_has_merged_are_all_drawn(visit: Visit) -> None:
    page = visit()
    strokes: list[list[Any]] = []
    page.expose_function("note", lambda points: strokes.append(points))
    page.evaluate("document.addEventListener('ink', ({detail}) => note(detail.stroke.points))")
    (six,) = on_sheet(page, 6)
    page.mouse.move(*six[0])
    page.mouse.down()
    for end in range(6, len(six), 6):
        canvas(page).evaluate(MOVE_MERGED, six[end - 6 : end + 1].tolist())
        page.mouse.move(*six[end])
    page.mouse.up()
    expect_read(page, "6 ")
    assert len(strokes[-1]) >= len(six) - 6, "the live reading has them too"


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "finger"])
def test_only_a_mouse_points_at_buttons(visit: Visit, touch: bool) -> None:
    page = visit(width=390, height=844, touch=touch)
    change_sheet(page, "sample-1")
    expect_read(page, "5 ")
    clear, undo = button(page, "clear"), button(page, "undo")
    clear.click()  # after which browsers take the place for pointed at, also of a finger
    expect(clear).to_be_disabled()
    undo.evaluate("e => e.click()")
    expect(clear).to_be_enabled()  # the tools follow the reading
    is_other = clear.evaluate(COLOUR) != undo.evaluate(COLOUR)
    assert is_other != touch, "a finger that has left does not point at what it pressed"
