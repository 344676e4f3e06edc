"""The ways to write: their addresses, a picture pasted while drawing, and a camera that fails."""

import base64
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app.page.test_picture_in_browser import CHOOSE, DROP, PASTE
from tests.support.browser import (
    Visit,
    draw_with_mouse,
    expect_read,
    number_on_sheet,
    on_sheet,
    open_page,
    serving,
    upload,
    way,
)
from tests.support.pictures import sheet_png

EMPTY = "The reading appears here"


def query(page: Page) -> str:
    """The part of the page's address from the question mark on."""
    return page.url.partition("?")[2]


def test_ways_to_write_have_addresses(visit: Visit) -> None:
    page = visit()
    draw_with_mouse(page, on_sheet(page, 3))
    expect_read(page, "3 ")
    assert query(page) == ""
    way(page, "Picture")
    expect_read(page, EMPTY)
    assert query(page) == "way=picture"
    page.go_back()
    expect_read(page, "3 ")
    assert query(page) == ""
    page.go_forward()
    expect_read(page, EMPTY)


@pytest.mark.parametrize(
    "named, shown, kept",
    [("picture", EMPTY, "way=picture"), ("nonsense", "Draw", ""), ("draw", "Draw", "way=draw")],
)
def test_an_address_opens_a_way(visit: Visit, named: str, shown: str, kept: str) -> None:
    page = visit()
    page.goto(f"{page.url}?way={named}")
    expect_read(page, shown)
    page.wait_for_timeout(500)
    assert query(page) == kept


def test_a_picture_that_is_pasted_while_drawing_is_read(visit: Visit) -> None:
    page = visit()
    draw_with_mouse(page, on_sheet(page, 3))
    expect_read(page, "3 ")
    page.evaluate(PASTE, base64.b64encode(sheet_png(["47"])).decode())
    expect_read(page, "47 ")
    assert query(page) == "way=picture"
    way(page, "Draw")
    expect_read(page, "3 ")


def test_a_picture_that_is_dropped_beside_the_uploader_is_read(visit: Visit) -> None:
    page = visit()
    draw_with_mouse(page, on_sheet(page, 3))
    expect_read(page, "3 ")
    heading = page.get_by_role("heading", name="Handwritten digits")
    heading.evaluate(DROP, base64.b64encode(sheet_png(["47"])).decode())
    expect_read(page, "47 ")
    heading.evaluate(DROP, base64.b64encode(sheet_png(["58"])).decode())
    expect_read(page, "58 ")


def test_a_file_that_is_too_large_takes_the_reading_before_it_away(visit: Visit) -> None:
    page = visit()
    upload(page, "sheet.png", sheet_png(["47"]))
    expect_read(page, "47 ")
    page.locator(".st-key-file input[type=file]").evaluate(CHOOSE, 21 << 20)
    expect(page.locator(".st-key-file [role=alert]")).to_contain_text("20.0MB or smaller")
    expect_read(page, EMPTY)


@pytest.mark.parametrize(
    "is_secure, said",
    [("true", "No camera was found"), ("false", "only on https pages")],
    ids=["no camera", "http"],
)
def test_explains_why_the_camera_cannot_be_used_and_offers_a_picture(
    visit: Visit, is_secure: str, said: str
) -> None:
    page = visit()
    page.add_init_script(
        f"Object.defineProperty(window, 'isSecureContext', {{get: () => {is_secure}}})"
    )
    page.goto(f"{page.url}?way=camera")
    expect(page.locator(".st-key-camera-help .help")).to_contain_text(said)
    page.get_by_role("button", name="Choose a picture").click()
    expect(page.locator(".st-key-file")).to_be_visible()
    expect_read(page, EMPTY)


def test_the_page_works_below_another_path(browser: Browser, tmp_path: Path) -> None:
    variables = {"STREAMLIT_SERVER_BASE_URL_PATH": "digits"}
    with serving(tmp_path, "server.py", variables) as address:
        page = open_page(browser, f"{address}/digits")
        live = []
        page.on("response", lambda response: live.append((response.url, response.status)))
        draw_with_mouse(page, number_on_sheet(page, "36"))
        expect_read(page, "36 ")
        answers = [status for url, status in live if url == f"{address}/digits/api/live"]
        assert answers, "it reads while the pen moves"
        assert set(answers) == {200}
        way(page, "Picture")
        expect_read(page, EMPTY)
        assert page.url.endswith("/digits/?way=picture") or page.url.endswith("/digits?way=picture")
        page.context.close()
