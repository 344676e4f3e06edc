"""What the page shows beside the reading: tiles, corrections, a copy button, the model card."""

import re

from playwright.sync_api import expect

from tests.support.browser import (
    Visit,
    button,
    change_sheet,
    draw_with_mouse,
    expect_read,
    on_sheet,
)
from tests.support.shown_ink import HINT


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
    expect(button(page, "no-digit")).to_have_css("border-top-style", "solid")
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
    expect(button(page, "tile-1")).to_be_focused()  # so that a keyboard user goes on from there
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
    expect_read(second, "4")  # only the first visitor has corrected it to a 9
    expect_read(first, "9")


def test_the_model_card_opens(visit: Visit) -> None:
    page = visit()
    button(page, "card").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog).to_have_text(re.compile(r"^\s*Model card\s*It can read digits"))
    expect(dialog.get_by_role("heading", name="Intended use")).to_have_count(1)
    expect(dialog.get_by_role("heading", name="Model card")).to_have_count(1)
    expect(dialog).not_to_contain_text("<!--")
    hrefs = dialog.locator("a").evaluate_all("links => links.map(e => e.getAttribute('href'))")
    assert [href for href in hrefs if not href.startswith("http")] == []
