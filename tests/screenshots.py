"""Takes the pictures of the page that the README shows: `python -m tests.screenshots`.

Writes app/images/page-wide.png, page-phone.png and page-dark.png. Needs Chromium.
"""

from pathlib import Path
from typing import Final

from playwright.sync_api import expect, sync_playwright

from tests.browser import (
    FLAGS,
    ROOT,
    draw_with_mouse,
    find_chromium,
    on_sheet,
    open_page,
    reading,
    serving,
)

FOLDER: Final = ROOT / "app" / "images"
# name, width, height, dark, phone, digit drawn
VIEWS: Final = (
    ("page-wide", 1280, 800, False, False, 3),
    ("page-phone", 360, 740, False, True, 5),
    ("page-dark", 1280, 800, True, False, 8),
)


def take(folder: Path = FOLDER) -> None:
    """Draws a digit in each view and takes its picture into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, serving() as address:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(playwright), args=list(FLAGS)
        )
        for name, width, height, dark, phone, digit in VIEWS:
            page = open_page(browser, address, width, height, dark=dark, touch=phone)
            draw_with_mouse(page, on_sheet(page, digit))
            expect(reading(page)).to_contain_text("sure")
            page.mouse.move(width / 2, 5)  # away from the sheet
            page.wait_for_timeout(600)  # until the bars have grown
            page.screenshot(path=folder / f"{name}.png")
            page.context.close()
        browser.close()


if __name__ == "__main__":
    take()
