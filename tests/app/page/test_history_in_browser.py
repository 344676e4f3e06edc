"""Nothing is lost: undo and redo by buttons and keys, and a drawing that outlives its session."""

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

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
    way,
)

HINT = "Draw a digit"


def test_keys_undo_and_redo(visit: Visit) -> None:
    page = visit()
    bar, slope = on_sheet(page, 7)
    draw_with_mouse(page, [slope])
    expect_read(page, "1")
    draw_with_mouse(page, [bar])
    expect_read(page, "7")
    expect(button(page, "redo")).to_be_disabled()
    page.keyboard.press("Control+z")
    expect_read(page, "1")
    expect(button(page, "redo")).to_be_enabled()
    page.keyboard.press("Control+Shift+z")
    expect_read(page, "7")
    change_sheet(page, "clear")
    expect_read(page, HINT)
    page.keyboard.press("Control+z")
    expect_read(page, "7")
    expect(button(page, "redo")).to_be_enabled()
    page.keyboard.press("Control+y")
    expect_read(page, HINT)


def test_quick_presses_all_count(visit: Visit) -> None:
    page = visit()
    draw_with_mouse(page, number_on_sheet(page, "11111"))
    expect_read(page, "11111 ")
    # In one go, like presses that a slow connection has held back.
    button(page, "undo").evaluate("undo => { for (let i = 0; i < 4; i++) undo.click() }")
    expect_read(page, "1 ")
    expect(button(page, "redo")).to_be_enabled()  # the tools follow the reading
    button(page, "redo").evaluate("redo => { for (let i = 0; i < 3; i++) redo.click() }")
    expect_read(page, "1111 ")


def test_a_reload_brings_the_drawing_back(visit: Visit) -> None:
    page = visit()
    change_sheet(page, "sample-0")
    expect_read(page, "2026 ")
    change_sheet(page, "undo")
    three, six = number_on_sheet(page, "36")
    draw_with_mouse(page, [three])
    expect_read(page, "3 ")
    page.reload()
    expect_read(page, "3 ")
    draw_with_mouse(page, [six])  # on top of the restored drawing
    expect_read(page, "36 ")
    change_sheet(page, "clear")
    expect_read(page, HINT)
    page.reload()
    expect_read(page, HINT)
    page.wait_for_timeout(1_000)
    expect_read(page, HINT)


def choose_pen(page: Page, index: int) -> None:
    """Chooses the pen with this index, and waits until the browser keeps it."""
    page.locator(f"[data-press=pen-{index}]").click()
    page.wait_for_function(f"JSON.parse(sessionStorage.drawing).pen === {index}")


def test_a_reload_keeps_the_pen(visit: Visit) -> None:
    page = visit()
    expect(page.get_by_role("radio", name="Medium pen")).to_be_checked()
    choose_pen(page, 2)
    page.reload()  # without a drawing
    expect(page.get_by_role("radio", name="Thick pen")).to_be_checked()
    draw_with_mouse(page, on_sheet(page, 3))
    expect_read(page, "3 ")
    choose_pen(page, 0)
    page.reload()
    expect_read(page, "3 ")
    expect(page.get_by_role("radio", name="Thin pen")).to_be_checked()
    expect(button(page, "redo")).to_be_disabled()
    change_sheet(page, "undo")  # of the drawing, which the pen is no part of
    expect_read(page, HINT)
    expect(button(page, "undo")).to_be_disabled()
    expect(page.get_by_role("radio", name="Thin pen")).to_be_checked()


def test_the_drawing_outlives_a_reload_of_another_way(visit: Visit) -> None:
    page = visit()
    draw_with_mouse(page, on_sheet(page, 3))
    expect_read(page, "3 ")
    way(page, "Picture")
    expect_read(page, "The reading appears here")
    page.reload()
    expect_read(page, "The reading appears here")
    way(page, "Draw")
    expect_read(page, "3 ")


def test_a_reload_brings_a_long_number_back(browser: Browser, tmp_path: Path) -> None:
    with serving(tmp_path, "server.py") as address:  # which refuses what no page sends
        page = open_page(browser, address)
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        draw_with_mouse(page, number_on_sheet(page, "1711711117"))
        expect_read(page, "1711711117 ")
        page.reload()
        expect_read(page, "1711711117 ")
        change_sheet(page, "undo")
        expect_read(page, "171171111")
        page.reload()
        expect_read(page, "171171111")
        assert said == []
        page.context.close()


def test_the_drawing_outlives_the_server(browser: Browser, tmp_path: Path) -> None:
    with serving(tmp_path) as address:
        page = open_page(browser, address)
        change_sheet(page, "sample-1")
        expect_read(page, "5 ")
        change_sheet(page, "clear")
        draw_with_mouse(page, on_sheet(page, 3))
        expect_read(page, "3 ")
    with serving(tmp_path) as address:  # at another port, which has separate browser storage
        kept = page.evaluate("sessionStorage.drawing")
        page.goto(address)
        page.evaluate("kept => { sessionStorage.drawing = kept }", kept)
        page.reload()
        expect_read(page, "3 ")
    page.context.close()
