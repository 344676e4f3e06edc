"""Records a number that is read while it is drawn: `python -m tests.tools.recording`.

Writes app/images/page-live.webp, an animation of less than MAX_BYTES. Needs Chromium.
"""

import io
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.support.browser import (
    FLAGS,
    expect_read,
    find_chromium,
    number_on_sheet,
    open_page,
    serving,
)
from tests.support.paths import ROOT

FILM: Final = ROOT / "app" / "images" / "page-live.webp"
NUMBER: Final = "2026"
SIZE: Final = (980, 620)  # CSS pixels of the window
SCALE: Final = 0.75  # pixels of the film for each of the window's
POINTS_PER_FRAME: Final = 3
FRAME_MS: Final = 90
END_MS: Final = 2_500  # for which the last frame is shown
QUALITY: Final = 70  # of WebP
MAX_BYTES: Final = 1_000_000


def record(film: Path = FILM) -> None:
    """Draws a number on a served page, takes pictures of it as it goes, and writes the film."""
    with sync_playwright() as playwright, serving(script="server.py") as address:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(playwright), args=list(FLAGS)
        )
        page = open_page(browser, address, *SIZE)
        frames = draw_and_take(page)
        browser.close()
    durations = [FRAME_MS] * (len(frames) - 1) + [END_MS]
    frames[0].save(
        film,
        save_all=True,
        append_images=frames[1:],
        duration=durations,
        loop=0,
        quality=QUALITY,
        method=6,
    )
    num_bytes = film.stat().st_size
    if num_bytes > MAX_BYTES:
        raise SystemExit(f"{film}: expected at most {MAX_BYTES:,} bytes, got {num_bytes:,}")
    print(f"wrote {film}: {len(frames)} frames, {num_bytes:,} bytes")


def draw_and_take(page: Page) -> list[Image.Image]:
    """The page's pictures while NUMBER is drawn, each after the reading has followed the pen."""
    frames = [take(page)]
    for stroke in number_on_sheet(page, NUMBER):
        page.mouse.move(*stroke[0])
        page.mouse.down()
        for index, (x, y) in enumerate(stroke[1:]):
            page.mouse.move(x, y)
            if index % POINTS_PER_FRAME == POINTS_PER_FRAME - 1:
                page.wait_for_timeout(FRAME_MS)
                frames.append(take(page))
        page.mouse.up()
        page.wait_for_timeout(4 * FRAME_MS)  # for the final reading and the details
        frames.append(take(page))
    expect_read(page, f"{NUMBER} ")
    page.wait_for_timeout(1_000)
    return [*frames, take(page)]


def take(page: Page) -> Image.Image:
    """A picture of the page as it is now."""
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    size = (round(SCALE * picture.width), round(SCALE * picture.height))
    return picture.resize(size, Image.Resampling.LANCZOS)


if __name__ == "__main__":
    record()
