"""Takes the screenshots of the page that the README shows: `python -m tests.tools.screenshots`.

Writes app/images/page-wide.png, page-phone.png, page-dark.png and page-picture.png. Needs Chromium.
"""

from pathlib import Path
from typing import Final

from playwright.sync_api import Page, expect, sync_playwright

from tests.support.browser import (
    FLAGS,
    draw_with_mouse,
    find_chromium,
    number_on_sheet,
    open_page,
    reading,
    serving,
    upload,
)
from tests.support.paths import ROOT
from tests.support.pictures import sheet_png

FOLDER: Final = ROOT / "app" / "images"
# name, width, height, dark, phone
VIEWS: Final = (
    ("page-wide", 1280, 720, False, False),
    ("page-phone", 360, 800, False, True),
    ("page-dark", 1280, 720, True, False),
    ("page-picture", 1280, 1180, False, False),
)


def take(folder: Path = FOLDER) -> None:
    """Draws a number in each view, or uploads a sheet of numbers, and takes a screenshot."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, serving() as address:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(playwright), args=list(FLAGS)
        )
        for name, width, height, dark, phone in VIEWS:
            page = open_page(browser, address, width, height, dark=dark, touch=phone)
            if name == "page-picture":
                upload(page, "sheet.png", sheet_png(["2026", "81  35", "974"]))
            else:
                draw_with_mouse(page, number_on_sheet(page, "2026"))
            _settle(page)
            page.screenshot(path=folder / f"{name}.png")
            page.context.close()
        browser.close()


def _settle(page: Page) -> None:
    """Waits until everything is read and all bars have stopped growing."""
    expect(reading(page)).to_contain_text("2026")
    page.mouse.move(5, 5)  # away from the sheet
    page.wait_for_timeout(1500)


if __name__ == "__main__":
    take()
