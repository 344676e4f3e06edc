"""The page with a keyboard, a screen reader, poor sight or a small screen, in a browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import (
    Visit,
    button,
    draw_with_finger,
    draw_with_mouse,
    expect_read,
    number_on_sheet,
    on_sheet,
    reading,
)
from tests.support.shown_ink import HINT, dark_pixels, sheet


@pytest.mark.parametrize(
    "width, touch",
    [(320, True), (320, False), (600, False)],
    ids=["small phone", "narrow window", "less narrow"],
)
def test_nothing_is_cut_off(visit: Visit, width: int, touch: bool) -> None:
    page = visit(width=width, height=640, touch=touch)
    draw = draw_with_finger if touch else draw_with_mouse
    draw(page, number_on_sheet(page, "92"))
    expect_read(page, "92 ")  # the pen draws at its position, however small the sheet is shown
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


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_ink_and_text_are_legible(visit: Visit, dark: bool) -> None:
    page = visit(dark=dark)
    background = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    assert (luminance(background) < 0.2) == dark, "the theme follows the browser's preference"
    hint = page.locator(".st-key-reading .hint")
    assert contrast(hint.evaluate("e => getComputedStyle(e).color"), background) >= 4.5
    for part in (".samples span", ".samples button"):  # shown only on an empty sheet
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
    # Text on other backgrounds: the likeliest digit's bar, and the thanks.
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
    # Screen readers announce a change inside a live region, not a region that replaces another.
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
    expected.remove(str(read))  # it would correct nothing
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
    """The name of the focused button, or its text if it is in no panel."""
    return str(
        page.evaluate(
            """() => {
                let element = document.activeElement
                while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
                return element.dataset.press ?? element.innerText
            }"""
        )
    ).strip()


def luminance(color: str) -> float:
    """Relative luminance of "rgb(r, g, b)", in [0, 1], as WCAG 2 defines it."""
    channels = [float(number) / 255 for number in re.findall(r"[\d.]+", color)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    """WCAG 2's contrast ratio of two colours, 1 to 21; legible text needs 4.5."""
    dim, bright = sorted((luminance(first), luminance(second)))
    return (bright + 0.05) / (dim + 0.05)
