"""Drawing on the page, served and drawn on in a real browser, with a mouse and with a finger."""

import re
import time

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.browser import (
    Visit,
    button,
    change_sheet,
    draw_with_finger,
    draw_with_mouse,
    expect_read,
    number_on_sheet,
    on_sheet,
    reading,
    way,
)

HINT = "Draw a digit"


def sheet(page: Page) -> Locator:
    """The visible part of the canvas."""
    return page.locator(".st-key-canvas")


def dark_pixels(shown: Locator) -> int:
    """The number of pixels that are as dark as ink."""
    picture = cv2.imdecode(np.frombuffer(shown.screenshot(), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    return int((picture[8:-8, 8:-8] < 80).sum())  # without the sheet's border


def expect_ink(page: Page, expected: int) -> None:
    """Waits until the sheet shows this many dark pixels, within 2 %; it loads late."""
    deadline = time.monotonic() + 20
    while (count := dark_pixels(sheet(page))) != pytest.approx(expected, rel=0.02):
        assert time.monotonic() < deadline, f"expected {expected} dark pixels, got {count}"
        page.wait_for_timeout(100)


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
    draw_with_mouse(page, [bar])  # what was kept and what is new still fit together
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
    page.wait_for_timeout(500)  # until the canvas knows
    draw_with_mouse(page, [stroke + np.array([120, 0]) for stroke in on_sheet(page, 1)])
    expect_read(page, "11 ")
    assert dark_pixels(sheet(page)) > 2.4 * before


def test_a_correction_changes_the_next_reading(visit: Visit) -> None:
    page = visit()
    draw_with_mouse(page, on_sheet(page, 1))
    expect_read(page, "1")
    expect(page.locator(".st-key-details")).to_contain_text("for this visit only")
    button(page, "right-7").click()
    expect_read(page, "7")
    change_sheet(page, "clear")
    expect_read(page, HINT)
    draw_with_mouse(page, on_sheet(page, 1))
    expect_read(page, "7")
    button(page, "no-digit").click()
    expect_read(page, "?")
    button(page, "right-1").click()
    expect_read(page, "1")


def test_a_tile_shows_what_decided(visit: Visit) -> None:
    page = visit()
    change_sheet(page, "sample-0")
    expect_read(page, "2026")
    button(page, "tile-1").click()
    expect(page.locator(".seen")).to_contain_text("supports a 0")
    expect(button(page, "tile-1")).to_have_attribute("aria-pressed", "true")
    expect(button(page, "tile-1")).to_be_focused()  # which a keyboard goes on from
    expect(page.locator(".bars button:disabled b")).to_have_text("0")
    expect(button(page, "right-0")).to_have_accessible_name(re.compile("> 99 %"))
    glyph = page.locator(".seen img").first
    assert glyph.evaluate("e => [e.naturalWidth, e.naturalHeight]") == [28, 28]
    assert glyph.evaluate("e => getComputedStyle(e).imageRendering") == "pixelated"


def test_copies_the_reading(visit: Visit) -> None:
    page = visit()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    change_sheet(page, "sample-0")
    expect_read(page, "2026")
    copy = page.get_by_role("button", name="Copy")
    copy.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "2026"


def test_visitors_do_not_see_each_other(visit: Visit) -> None:
    first, second = visit(), visit()
    draw_with_mouse(first, on_sheet(first, 4))
    expect_read(first, "4")
    expect_read(second, HINT)
    draw_with_mouse(second, on_sheet(second, 0))
    expect_read(second, "0")
    button(first, "right-9").click()
    expect_read(first, "9")
    change_sheet(second, "clear")
    draw_with_mouse(second, on_sheet(second, 4))
    expect_read(second, "4")  # which only the first visitor calls a 9
    expect_read(first, "9")


def test_the_drawing_is_kept_while_a_picture_is_read(visit: Visit) -> None:
    page = visit()
    draw_with_mouse(page, on_sheet(page, 8))
    expect_read(page, "8")
    page.get_by_role("radio", name="Thin pen").click()
    expect(page.get_by_role("radio", name="Thin pen")).to_be_checked()
    before = dark_pixels(sheet(page))
    way(page, "Picture")
    expect_read(page, "No picture yet")
    way(page, "Draw")
    expect_read(page, "8")
    expect_ink(page, before)
    expect(page.get_by_role("radio", name="Thin pen")).to_be_checked()


@pytest.mark.parametrize(
    "width, touch",
    [(320, True), (320, False), (600, False)],
    ids=["small phone", "narrow window", "less narrow"],
)
def test_nothing_is_cut_off(visit: Visit, width: int, touch: bool) -> None:
    page = visit(width=width, height=640, touch=touch)
    draw = draw_with_finger if touch else draw_with_mouse
    draw(page, number_on_sheet(page, "92"))
    expect_read(page, "92 ")  # the pen draws where it is, however small the sheet is shown
    scrollers = page.evaluate(
        """() => [...document.querySelectorAll("body, .stApp, .stApp *")]
            .filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0
                         && ["auto", "scroll"].includes(getComputedStyle(e).overflowX))
            .map(e => e.className)"""
    )
    assert scrollers == []
    for part in (".st-key-canvas", ".st-key-undo button", ".st-key-clear button", ".st-key-pen",
                 ".st-key-way", ".st-key-tile-1", ".st-key-right-4", ".seen", "h1"):  # fmt: skip
        box = page.locator(part).first.bounding_box()
        assert box is not None
        assert 0 <= box["x"] < box["x"] + box["width"] <= width, part


def test_a_finger_draws_without_scrolling(visit: Visit) -> None:
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


def test_a_finger_draws_in_the_upper_right_corner(visit: Visit) -> None:
    page = visit(width=360, height=740, touch=True)
    box = sheet(page).bounding_box()
    assert box is not None
    corner = np.array([box["x"] + box["width"] - 12, box["y"] + 12])
    draw_with_finger(page, [corner + np.array([[0, 0], [-2, 60], [-4, 120], [-6, 200]])])
    expect_read(page, "1")
    assert dark_pixels(sheet(page)) > 1000


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_ink_and_text_are_legible(visit: Visit, dark: bool) -> None:
    page = visit(dark=dark)
    background = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    assert (luminance(background) < 0.2) == dark, "the theme follows the browser's preference"
    hint = page.locator(".st-key-reading .hint")
    assert contrast(hint.evaluate("e => getComputedStyle(e).color"), background) >= 4.5
    for part in (".samples span", ".samples button"):  # on an empty sheet alone
        color = page.locator(part).first.evaluate("e => getComputedStyle(e).color")
        assert contrast(color, background) >= 4.5, part
    draw_with_mouse(page, number_on_sheet(page, "24"))
    expect_read(page, "24")
    assert dark_pixels(sheet(page)) > 1000
    for part in (".read", ".sure", ".seen figcaption", ".seen b", ".seen i", "h1", ".tiles b",
                 ".tiles small", ".bars b", ".bars small", ".st-key-about p",
                 ".consent strong", ".st-key-no-digit button"):  # fmt: skip
        color = page.locator(part).first.evaluate("e => getComputedStyle(e).color")
        assert contrast(color, background) >= 4.5, part
    # Text on another background: the likeliest digit's bar, and the thanks.
    bar = page.locator(".bars button:disabled")
    ground = bar.evaluate("e => getComputedStyle(e).backgroundImage.match(/rgb[^)]*\\)/)[0]")
    assert contrast(bar.evaluate("e => getComputedStyle(e).color"), ground) >= 4.5
    button(page, "right-7").click()
    thanks = page.locator(".said")
    ground = thanks.evaluate("e => getComputedStyle(e).backgroundColor")
    assert contrast(thanks.evaluate("e => getComputedStyle(e).color"), ground) >= 4.5


def test_the_reading_is_announced(visit: Visit) -> None:
    page = visit()
    region = reading(page)
    expect(region).to_have_attribute("aria-live", "polite")
    # Screen readers speak a change inside a region, not a region that is put in its place.
    region.evaluate("e => { e.isSame = true }")
    draw_with_mouse(page, on_sheet(page, 5))
    expect_read(page, "5")
    assert region.evaluate("e => e.isSame") is True
    expect(button(page, "undo")).to_have_accessible_name(re.compile("Undo"))
    expect(button(page, "clear")).to_have_accessible_name(re.compile("Clear"))


def test_everything_works_with_the_keyboard(visit: Visit) -> None:
    page = visit()
    focus_on(page, "sample-0")
    outline = button(page, "sample-0").evaluate("e => getComputedStyle(e).outline")
    assert "solid 2px" in outline, "the focused button is outlined"
    page.keyboard.press("Enter")
    expect_read(page, "2026")
    # The samples are gone, so the focus is on the first tool that can be pressed.
    page.wait_for_function("document.activeElement.dataset.press === 'undo'")
    names = []
    for _ in range(18):
        page.keyboard.press("Tab")
        names.append(focused(page))
    expected = ["clear", "pen-1", "Copy", "tile-0", "tile-1", "tile-2", "tile-3"]
    expected += [f"right-{digit}" for digit in range(10)]
    read = page.locator(".bars button:disabled").get_attribute("data-press")
    expected.remove(str(read))  # which would correct nothing
    assert names[: len(expected)] == expected, "in the order on the page"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    expect(page.locator(".said")).to_contain_text("Thank you")
    page.get_by_role("radio", name="Medium pen").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Thick pen")).to_be_checked()
    page.keyboard.press("Shift+Tab")
    assert focused(page) == "clear"
    page.keyboard.press("Enter")
    expect_read(page, HINT)


def focus_on(page: Page, name: str) -> None:
    """Presses Tab until this button has the focus."""
    names: list[str] = []
    while name not in names:
        assert len(names) < 30, f"expected {name}, got {names}"
        page.keyboard.press("Tab")
        names.append(focused(page))


def focused(page: Page) -> str:
    """The name of the focused button, or its text where it is in no panel."""
    return str(
        page.evaluate(
            """() => {
                let element = document.activeElement
                while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
                return element.dataset.press ?? element.innerText
            }"""
        )
    ).strip()


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


def test_the_model_card_opens(visit: Visit) -> None:
    page = visit()
    button(page, "card").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("It can read digits")
    expect(dialog.get_by_role("heading", name="Intended use")).to_have_count(1)
    expect(dialog.get_by_role("heading", name="Model card")).to_have_count(1)
    expect(dialog).not_to_contain_text("<!--")
    hrefs = dialog.locator("a").evaluate_all("links => links.map(e => e.getAttribute('href'))")
    assert [href for href in hrefs if not href.startswith("http")] == []


def luminance(color: str) -> float:
    """Relative luminance of "rgb(r, g, b)", in [0, 1], as WCAG 2 defines it."""
    channels = [float(number) / 255 for number in re.findall(r"[\d.]+", color)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    """WCAG 2's contrast ratio of two colours, 1 to 21; legible text has 4.5 or more."""
    dim, bright = sorted((luminance(first), luminance(second)))
    return (bright + 0.05) / (dim + 0.05)
