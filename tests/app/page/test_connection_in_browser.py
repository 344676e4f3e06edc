"""What the page says and keeps while its server cannot be reached, in a browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.browser import (
    Visit,
    button,
    change_sheet,
    draw_with_mouse,
    expect_read,
    number_on_sheet,
    on_sheet,
    open_page,
    serving,
)
from tests.support.gate import gate_to

# Drops what the page sends, as if a phone had lost its network while its connection is still open.
SEND_NOTHING = "WebSocket.prototype.send = () => {}"


def silence(page: Page) -> Locator:
    """The page's message that the server does not answer."""
    return page.locator(".silence")


def wait_until_idle(page: Page) -> None:
    """Waits until the page's run has ended, as its end would count as an answer to what follows."""
    expect(page.locator(".stApp")).to_have_attribute("data-test-script-state", "notRunning")


def port_of(address: str) -> int:
    """The port in a server's address."""
    return int(address.rpartition(":")[2])


def expect_said_in_time(page: Page) -> None:
    """Expects the message within two seconds, or more on a busy machine."""
    expect(silence(page)).to_be_visible(timeout=5_000)
    expect(silence(page)).to_contain_text("Your drawing is kept")
    shown = page.locator(".st-key-reading .shown")
    expect(shown).to_have_css("opacity", "0.4")  # faded, as it may be out of date


def test_a_lost_connection_is_said_and_what_is_drawn_meanwhile_is_read(
    browser: Browser, address: str
) -> None:
    with gate_to(port_of(address)) as gate:
        page = open_page(browser, gate.address)
        three, six = number_on_sheet(page, "36")
        draw_with_mouse(page, [three])
        expect_read(page, "3 ")
        expect(silence(page)).to_be_hidden()
        gate.cut()
        expect_said_in_time(page)  # although nothing is drawn
        page.wait_for_timeout(7_000)  # after which Streamlit opens its dialog
        expect(page.get_by_role("dialog")).to_have_count(0)
        draw_with_mouse(page, [six])
        gate.open()
        expect_read(page, "36 ")
        expect(silence(page)).to_be_hidden()
        page.context.close()


def test_the_drawing_in_an_open_page_outlives_the_server(browser: Browser, tmp_path: Path) -> None:
    with serving(tmp_path) as address, gate_to(port_of(address)) as gate:
        page = open_page(browser, gate.address)
        three, six = number_on_sheet(page, "36")
        draw_with_mouse(page, [three])
        expect_read(page, "3 ")
        gate.cut()
        expect_said_in_time(page)
        draw_with_mouse(page, [six])
        with serving(tmp_path) as other:
            gate.port = port_of(other)
            gate.open()
            expect(silence(page)).to_be_hidden(timeout=20_000)
            expect_read(page, "36 ")
            change_sheet(page, "undo")
            expect_read(page, "3 ")
            page.context.close()


@pytest.mark.parametrize("name", ["clear", "tile-1"])
def test_a_button_that_the_server_does_not_answer_is_said(visit: Visit, name: str) -> None:
    page = visit()
    change_sheet(page, "sample-0")
    expect_read(page, "2026")
    expect(button(page, name)).to_be_enabled()
    wait_until_idle(page)
    page.evaluate(SEND_NOTHING)
    button(page, name).click()
    expect_said_in_time(page)


def test_a_stroke_that_the_server_does_not_answer_is_said(visit: Visit) -> None:
    page = visit()
    wait_until_idle(page)
    page.evaluate(SEND_NOTHING)
    draw_with_mouse(page, on_sheet(page, 3))
    expect_said_in_time(page)


def test_an_answer_that_changes_nothing_is_an_answer(visit: Visit) -> None:
    page = visit()
    change_sheet(page, "sample-0")
    expect_read(page, "2026")
    chosen = page.locator(".tiles [aria-pressed=true]")
    chosen.click()
    page.wait_for_timeout(3_000)
    expect(silence(page)).to_be_hidden()
