"""Reading while the pen moves, on the page and its service in a real browser."""

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, Response, Route, expect

from app.page.canvas import fabric_objects
from tests.support.browser import (
    RENAME_THE_BUTTON,
    STOP_THE_WAIT,
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
    open_page,
    reading,
    serving,
)
from tests.support.drawings import placed
from tests.support.visitors import PageClient, connected

URL = "**/api/live"
IS_SHOWN = """html => {
    const written = document.createElement("div")
    written.innerHTML = html
    return document.querySelector(".st-key-reading .shown").innerHTML === written.innerHTML
}"""
# Holds back the requests for live readings until the test answers them.
HOLD_REQUESTS = """() => {
    window.asked = []
    window.fetch = (url, { body }) => new Promise(
        answer => window.asked.push({ answer, time: performance.now(), ...JSON.parse(body) }))
}"""
# Records what screen readers announce.
NOTE_ANNOUNCEMENTS = """() => {
    const status = document.querySelector(".st-key-reading [role=status]")
    window.announced = []
    new MutationObserver(() => window.announced.push(status.textContent)).observe(
        status, {childList: true})
}"""
# Records the headline's HTML whenever it is written.
NOTE_HEADLINES = """() => {
    const shown = document.querySelector(".st-key-reading .shown")
    window.headlines = []
    new MutationObserver(() => window.headlines.push(shown.innerHTML)).observe(
        shown, {childList: true})
}"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page with its service."""
    with serving(tmp_path_factory.mktemp("elsewhere"), "server.py") as address:
        yield address


@pytest.fixture
def live_visit(browser: Browser, service: str) -> Iterator[Visit]:
    """Opens that page as a new visitor; afterwards, all visitors leave."""
    pages: list[Page] = []

    def open_one(**view: Any) -> Page:
        pages.append(open_page(browser, service, **view))
        return pages[-1]

    yield open_one
    for page in pages:
        page.context.close()


def hold(page: Page, stroke: Stroke) -> None:
    """Draws a stroke with the mouse and keeps the button down."""
    page.mouse.move(*stroke[0])
    page.mouse.down()
    for x, y in stroke[1:]:
        page.mouse.move(x, y)


def scribble(page: Page) -> None:
    """Moves the pen to and fro, in 60 ms."""
    for x in (200, 208):
        page.mouse.move(x, 300)
        page.wait_for_timeout(30)


def expect_shown(page: Page, text: str) -> None:
    """Waits until the visible headline has this text."""
    expect(page.locator(".st-key-reading .shown")).to_have_text(text)


def count_requests(page: Page) -> list[Request]:
    """The requests for live readings from now on."""
    requests: list[Request] = []
    page.on("request", lambda each: requests.append(each) if "/api/live" in each.url else None)
    return requests


def test_the_headline_follows_the_pen(live_visit: Visit) -> None:
    page = live_visit()
    page.evaluate(NOTE_ANNOUNCEMENTS)
    three, six = number_on_sheet(page, "36")
    hold(page, three)
    expect_shown(page, "3 …")  # no confidence is shown while the digit is written
    expect(page.locator(".shown .unfinished")).to_have_text("3")
    expect(reading(page)).to_have_text("Draw a digit or a number")  # not announced yet
    page.mouse.up()
    expect_read(page, "3 ")
    hold(page, six)
    expect(page.locator(".st-key-reading .shown")).to_contain_text("36 ")
    expect(page.locator(".shown .unfinished")).to_have_text("6")
    page.mouse.up()
    expect_read(page, "36 ")
    expect(page.locator(".shown .unfinished")).to_have_count(0)
    announced = page.evaluate("window.announced")
    assert [text[:2] for text in announced] == ["3 ", "36"], "once for each stroke"


@pytest.mark.parametrize("number", ["4", "2075"])
@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "finger"])
def test_the_last_live_headline_is_that_of_the_run(
    live_visit: Visit, number: str, touch: bool
) -> None:
    page = live_visit(width=360, height=740, touch=touch)
    page.evaluate(STOP_THE_WAIT)
    canvas(page).evaluate(RENAME_THE_BUTTON)
    draw = draw_with_finger if touch else draw_with_mouse
    strokes = number_on_sheet(page, number)

    def is_of_the_whole(answer: Response) -> bool:
        """Whether it covers all strokes; a number may be read before its last stroke."""
        ink = answer.request.post_data_json if "/api/live" in answer.url else None
        return ink is not None and len(ink["strokes"]) == len(strokes) and not ink["is_drawing"]

    with page.expect_response(is_of_the_whole) as answer:
        draw(page, strokes)
    page.wait_for_function(IS_SHOWN, arg=answer.value.json()["html"])
    shown = page.locator(".st-key-reading .shown")
    expect(shown.locator(".read")).to_have_text(number)
    expect(shown.locator(".unfinished")).to_have_count(0)
    live = shown.inner_html()
    expect(reading(page)).to_have_text("Draw a digit or a number")  # the page has not run
    page.evaluate(NOTE_HEADLINES)
    canvas(page).evaluate("e => e.getRootNode().querySelector('.dc-toolbar button').click()")
    expect_read(page, f"{number} ")
    assert shown.inner_html() == live
    assert page.evaluate("window.headlines") == [], "the run writes nothing that is shown already"


def test_corrections_count_while_drawing(live_visit: Visit) -> None:
    page = live_visit()
    (bar,) = on_sheet(page, 1)
    draw_with_mouse(page, [bar])
    expect_read(page, "1")
    button(page, "right-7").click()
    expect_read(page, "7")
    change_sheet(page, "clear")
    expect_read(page, "Draw")
    hold(page, bar)
    expect_shown(page, "7 …")
    page.mouse.up()
    expect_read(page, "7")


def test_undo_clear_and_samples_are_what_is_drawn_on(live_visit: Visit) -> None:
    page = live_visit()
    three, six = number_on_sheet(page, "36")
    draw_with_mouse(page, [three])
    expect_read(page, "3 ")
    draw_with_mouse(page, [six])
    expect_read(page, "36 ")
    change_sheet(page, "undo")
    expect_read(page, "3 ")
    hold(page, six)
    expect(page.locator(".shown .read")).to_have_text("36")
    page.mouse.up()
    expect_read(page, "36 ")
    change_sheet(page, "clear")
    expect_read(page, "Draw")
    hold(page, six)
    expect(page.locator(".shown .read")).to_have_text("6")
    page.mouse.up()
    expect_read(page, "6 ")


@pytest.mark.parametrize("status", [404, 405, 429, 500, 0], ids=str)
def test_the_page_reads_as_before_where_the_service_fails(live_visit: Visit, status: int) -> None:
    page = live_visit()
    requests = count_requests(page)
    # Without a status, the request is blocked, as a browser extension might do.
    page.route(URL, lambda route: route.fulfill(status=status) if status else route.abort())
    hold(page, on_sheet(page, 3)[0])
    expected = 1 if status in (404, 405) else 3
    while len(requests) < expected:  # the visitor goes on drawing
        scribble(page)
    for _ in range(8):
        scribble(page)
    assert len(requests) == expected, "then it ends, or pauses"
    page.mouse.up()
    change_sheet(page, "clear")
    draw_with_mouse(page, on_sheet(page, 6))
    expect_read(page, "6")
    expect(page.locator(".silence")).to_be_hidden()


def test_a_costly_drawing_is_read_when_the_pen_is_lifted(live_visit: Visit) -> None:
    page = live_visit()
    three, six = number_on_sheet(page, "36")
    draw_with_mouse(page, [three])
    expect_read(page, "3 ")
    requests = count_requests(page)
    page.route(
        URL,
        lambda route: route.fulfill(
            json={"number": (route.request.post_data_json or {})["number"], "html": None}
        ),
    )
    hold(page, six)
    for _ in range(8):
        scribble(page)
    assert len(requests) == 1, "nothing else is asked about this drawing"
    expect(page.locator(".shown .read")).to_have_text("3")
    page.mouse.up()
    change_sheet(page, "undo")
    draw_with_mouse(page, [six])
    expect_read(page, "36 ")
    assert len(requests) > 1, "the next run is asked about"


def test_a_costly_drawing_leaves_no_errors_in_the_console(live_visit: Visit) -> None:
    page = live_visit()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))

    def draw_more(route: Route) -> None:
        question = route.request.post_data_json
        assert question is not None
        question["strokes"] += [[[x, 20], [x, 60]] for x in range(10, 610, 10)]
        route.continue_(post_data=json.dumps(question))

    page.route(URL, draw_more)
    (three,) = on_sheet(page, 3)
    with page.expect_response(URL) as answer:
        hold(page, three)
    assert answer.value.json()["html"] is None, "the service reads none that takes so long"
    page.mouse.up()
    expect_read(page, "3 ")
    assert said == []


def test_an_answer_that_is_late_is_dropped(live_visit: Visit) -> None:
    page = live_visit()
    held: list[Route] = []
    page.route(URL, lambda route: held.append(route))  # Playwright sets attributes on its callback
    (three,) = on_sheet(page, 3)
    draw_with_mouse(page, [three])
    expect_read(page, "3")
    question = held[0].request.post_data_json
    assert question is not None
    number = question["number"]
    late = {"number": number, "html": '<span class="read">late</span>'}
    held[0].fulfill(json=late)
    page.wait_for_timeout(300)
    expect_shown(page, "3 > 99 % sure")


def test_one_request_is_under_way_and_the_next_has_all_newer_points(live_visit: Visit) -> None:
    page = live_visit()
    page.evaluate(HOLD_REQUESTS)
    (three,) = on_sheet(page, 3)
    hold(page, three)
    page.wait_for_timeout(300)
    assert page.evaluate("asked.length") == 1
    page.evaluate("asked[0].answer(Response.json({ number: 0, html: '' }))")
    page.wait_for_function("asked.length === 2")
    assert page.evaluate("asked[1].strokes[0].length") == len(three)
    page.mouse.up()
    expect_read(page, "3 ")


def test_a_slow_service_is_asked_less_often(live_visit: Visit) -> None:
    page = live_visit()
    page.evaluate(HOLD_REQUESTS)
    (three,) = on_sheet(page, 3)
    hold(page, three)
    page.wait_for_timeout(600)
    waited = page.evaluate("""() => {
        const [{ answer, time }] = asked
        answer(Response.json({ number: 0, html: "" }))
        return performance.now() - time
    }""")
    page.wait_for_function("asked.length === 2")
    pause = page.evaluate("asked[1].time - asked[0].time") - waited
    assert pause > 0.4 * waited, "the pen should be free of a slow service for half as long again"
    page.mouse.up()
    expect_read(page, "3 ")


def test_asks_nothing_without_a_service(visit: Visit) -> None:
    page = visit()
    requests = count_requests(page)
    draw_with_mouse(page, on_sheet(page, 3))
    expect_read(page, "3")
    assert requests == []


@pytest.mark.parametrize("setting, is_live", [("1", True), ("0", False)])
def test_a_setting_turns_live_reading_off(tmp_path: Path, setting: str, is_live: bool) -> None:
    async def read_once(address: str) -> tuple[str, bool]:
        async with connected(address) as socket:
            page = PageClient(socket)
            await page.open()
            text = await page.draw(fabric_objects(placed(3, 100, 100, 300), 28))
            return text, page.live is not None

    # In another thread, as Playwright runs an event loop in this one.
    thread = ThreadPoolExecutor(1)
    with thread, serving(tmp_path, "server.py", {"DIGITS_LIVE": setting}) as address:
        assert thread.submit(asyncio.run, read_once(address)).result() == ("3", is_live)


def test_a_cancelled_touch_ends_its_stroke_and_keeps_the_next(live_visit: Visit) -> None:
    page = live_visit(width=360, height=740, touch=True)
    three, six = number_on_sheet(page, "36")
    session = page.context.new_cdp_session(page)
    for index, (x, y) in enumerate(three):
        kind = "touchMove" if index else "touchStart"
        points = [{"x": float(x), "y": float(y)}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    session.send("Input.dispatchTouchEvent", {"type": "touchCancel", "touchPoints": []})
    expect_read(page, "3 ")
    draw_with_finger(page, [six])
    expect_read(page, "36 ")
