"""The page: its own parts without a browser, then served and drawn on in a real one."""

import itertools
import os
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import cv2
import numpy as np
import pytest
import streamlit as st
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from streamlit.testing.v1 import AppTest

from app import ink, looks, recognizer
from app.reading import UnreadableInput
from tests.browser import (
    FLAGS,
    ROOT,
    button,
    change_sheet,
    draw_with_finger,
    draw_with_mouse,
    find_chromium,
    on_sheet,
    open_page,
    reading,
    serving,
)

HINT = "Draw a digit"
expect.set_options(timeout=20_000)  # a busy machine takes its time; what is right comes at once


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests; without one they are skipped, except in CI, where they fail."""
    with sync_playwright() as playwright:
        chromium = find_chromium(playwright)
        if chromium is None:
            reason = "no Chromium: set CHROMIUM, install it, or run `playwright install chromium`"
            pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One server for all tests, started outside the repository, where less is found by itself."""
    with serving(tmp_path_factory.mktemp("elsewhere")) as address:
        yield address


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Opens the page as a new visitor (see open_page); afterwards, all visitors leave."""
    pages: list[Page] = []

    def open_one(**view: Any) -> Page:
        pages.append(open_page(browser, address, **view))
        return pages[-1]

    yield open_one
    for page in pages:
        page.context.close()


@pytest.fixture(scope="module")
def desk(browser: Browser, address: str) -> Iterator[Page]:
    """One visitor who stays, for tests that only draw on a cleared sheet."""
    page = open_page(browser, address)
    yield page
    page.context.close()


def expect_read(page: Page, start: str) -> None:
    """The reading comes to begin with this text."""
    expect(reading(page)).to_have_text(re.compile(rf"^\s*{re.escape(start)}"))


def dark_pixels(shown: Locator) -> int:
    """How many pixels of what is shown are as dark as ink."""
    picture = cv2.imdecode(np.frombuffer(shown.screenshot(), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    return int((picture[8:-8, 8:-8] < 80).sum())  # without the sheet's border


def expect_ink(page: Page, wanted: int) -> None:
    """The sheet comes to show this many dark pixels, give or take 2 %: it loads late."""
    deadline = time.monotonic() + 20
    while (found := dark_pixels(sheet(page))) != pytest.approx(wanted, rel=0.02):
        assert time.monotonic() < deadline, f"expected {wanted} dark pixels, came {found}"
        page.wait_for_timeout(100)


def sheet(page: Page) -> Locator:
    """The visible part of the canvas."""
    return page.locator(".st-key-canvas")


# Without a browser


def test_missing_model_is_an_error_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise recognizer.WrongModel("model.onnx: expected a model file, found none")

    monkeypatch.setattr(recognizer, "Recognizer", missing)
    st.cache_resource.clear()
    page = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=30).run()
    st.cache_resource.clear()
    assert [error.value for error in page.error] == [
        "The model cannot be used: model.onnx: expected a model file, found none"
    ]
    assert not page.exception


def test_unreadable_ink_is_an_error_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(drawing: object) -> None:
        raise UnreadableInput("stroke 0: expected finite coordinates")

    monkeypatch.setattr(ink, "strokes_from_canvas", unreadable)
    page = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=30).run()
    assert [error.value for error in page.error] == [
        "This drawing cannot be read: stroke 0: expected finite coordinates"
    ]
    assert not page.exception


def test_ink_stands_out_from_paper() -> None:
    assert contrast(looks.INK, looks.PAPER) > 12


# In a browser


@pytest.mark.parametrize("digit", range(10))
def test_reads_a_digit_drawn_with_the_mouse(desk: Page, digit: int) -> None:
    draw_with_mouse(desk, on_sheet(desk, digit))
    expect_read(desk, str(digit))
    change_sheet(desk, "clear")
    expect_read(desk, HINT)


@pytest.mark.parametrize("digit", [2, 5])
def test_reads_a_digit_drawn_with_a_finger(visit: Callable[..., Page], digit: int) -> None:
    page = visit(width=360, height=740, touch=True)
    draw_with_finger(page, on_sheet(page, digit))
    expect_read(page, str(digit))


def test_a_letter_is_said_to_be_no_digit(desk: Page) -> None:
    box = desk.locator(".st-key-canvas").bounding_box()
    assert box is not None
    corners = ([(0, 1), (0.4, 0), (0.8, 1)], [(0.18, 0.6), (0.62, 0.6)])  # A
    share = np.linspace(0, 1, 12)[:, None]
    letter = [
        np.concatenate([a + share * (b - a) for a, b in itertools.pairwise(np.array(stroke))])
        for stroke in corners
    ]
    middle = np.array([box["x"], box["y"]]) + 0.15 * box["width"]
    draw_with_mouse(desk, [middle + 0.7 * box["width"] * stroke for stroke in letter])
    expect_read(desk, "?")
    expect(reading(desk)).to_contain_text("not a digit")
    change_sheet(desk, "clear")
    expect_read(desk, HINT)


def test_a_new_drawing_replaces_the_reading(visit: Callable[..., Page]) -> None:
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


def test_undo_takes_back_one_stroke(visit: Callable[..., Page]) -> None:
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
    draw_with_mouse(page, [bar])  # what was kept and what is new still fit together
    expect_read(page, "7")
    change_sheet(page, "undo")
    expect_read(page, "1")
    change_sheet(page, "undo")
    expect_read(page, HINT)
    expect_ink(page, 0)


def test_visitors_do_not_see_each_other(visit: Callable[..., Page]) -> None:
    one, other = visit(), visit()
    draw_with_mouse(one, on_sheet(one, 4))
    expect_read(one, "4")
    expect_read(other, HINT)
    draw_with_mouse(other, on_sheet(other, 0))
    expect_read(other, "0")
    expect_read(one, "4")
    change_sheet(other, "clear")
    expect_read(other, HINT)
    expect_read(one, "4")


@pytest.mark.parametrize("width", [320, 360])
def test_a_phone_does_not_scroll_sideways(visit: Callable[..., Page], width: int) -> None:
    page = visit(width=width, height=640, touch=True)
    draw_with_finger(page, on_sheet(page, 9))
    expect_read(page, "9")
    scrollers = page.evaluate(
        """() => [...document.querySelectorAll("body, .stApp, .stApp *")]
            .filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0
                         && ["auto", "scroll"].includes(getComputedStyle(e).overflowX))
            .map(e => e.className)"""
    )
    assert scrollers == []
    for part in (".st-key-canvas", ".st-key-undo button", ".st-key-clear button", ".bars", "h1"):
        box = page.locator(part).first.bounding_box()
        assert box is not None
        assert 0 <= box["x"] < box["x"] + box["width"] <= width, part


def test_a_finger_draws_without_scrolling(visit: Callable[..., Page]) -> None:
    page = visit(width=360, height=480, touch=True)
    top = "() => document.querySelector('.stMain').scrollTop"
    drawn = on_sheet(page, 1)
    before = page.evaluate(top)
    draw_with_finger(page, [drawn[0][::-1]])  # upwards, as one scrolls down
    expect_read(page, "1")
    assert page.evaluate(top) == before
    # The same movement beside the sheet does scroll: the page is taller than the screen.
    draw_with_finger(page, [np.stack([np.full(12, 8.0), np.linspace(400, 100, 12)], axis=1)])
    page.wait_for_function(f"before => ({top})() > before", arg=before)


def test_a_finger_draws_in_the_upper_right_corner(visit: Callable[..., Page]) -> None:
    page = visit(width=360, height=740, touch=True)
    box = sheet(page).bounding_box()
    assert box is not None
    corner = np.array([box["x"] + box["width"] - 12, box["y"] + 12])
    draw_with_finger(page, [corner + np.array([[0, 0], [-2, 60], [-4, 120], [-6, 200]])])
    expect_read(page, "1")
    assert dark_pixels(sheet(page)) > 1000


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_ink_and_text_are_legible(visit: Callable[..., Page], dark: bool) -> None:
    page = visit(dark=dark)
    background = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    assert (luminance(background) < 0.2) == dark, "the theme follows the browser's preference"
    hint = page.locator(".st-key-reading .hint")
    assert contrast(hint.evaluate("e => getComputedStyle(e).color"), background) >= 4.5
    draw_with_mouse(page, on_sheet(page, 2))
    expect_read(page, "2")
    assert dark_pixels(sheet(page)) > 1000
    for part in (".read", ".sure", ".st-key-details li", ".st-key-details li.top",
                 "figcaption", ".st-key-about p", ".st-key-undo button", "h1"):  # fmt: skip
        color = page.locator(part).first.evaluate("e => getComputedStyle(e).color")
        assert contrast(color, background) >= 4.5, part


def test_shows_what_was_seen_and_how_likely(visit: Callable[..., Page]) -> None:
    page = visit()
    draw_with_mouse(page, on_sheet(page, 3))
    expect_read(page, "3")
    expect(page.locator(".st-key-details li.top")).to_have_text("3")
    expect(page.locator(".st-key-details li")).to_have_count(10)
    glyph = page.locator(".st-key-details img")
    assert glyph.evaluate("e => [e.naturalWidth, e.naturalHeight]") == [28, 28]
    assert glyph.evaluate("e => getComputedStyle(e).imageRendering") == "pixelated"


def test_the_reading_is_announced(visit: Callable[..., Page]) -> None:
    page = visit()
    region = reading(page)
    expect(region).to_have_attribute("aria-live", "polite")
    # Screen readers speak a change inside a region, not a region that is put in its place.
    region.evaluate("e => { e.here = true }")
    draw_with_mouse(page, on_sheet(page, 5))
    expect_read(page, "5")
    assert region.evaluate("e => e.here") is True
    expect(button(page, "undo")).to_have_accessible_name(re.compile("Undo"))
    expect(button(page, "clear")).to_have_accessible_name(re.compile("Clear"))


def test_asks_nobody_else(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    expect_read(page, HINT)
    context.close()
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
    assert asked


def test_the_model_card_opens(visit: Callable[..., Page]) -> None:
    page = visit()
    button(page, "card").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("heading", name="Intended use")).to_be_visible()
    expect(dialog.get_by_role("heading", name="Model card")).to_have_count(1)
    expect(dialog).not_to_contain_text("<!--")


def luminance(color: str) -> float:
    """Relative luminance of "#rrggbb" or "rgb(r, g, b)", in [0, 1], as WCAG 2 defines it."""
    channels = (
        [int(color[at : at + 2], 16) for at in (1, 3, 5)]
        if color.startswith("#")
        else [float(number) for number in re.findall(r"[\d.]+", color)[:3]]
    )
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (channel / 255 for channel in channels)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2's contrast ratio of two colours, 1 to 21; legible text has 4.5 or more."""
    dim, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dim + 0.05)
