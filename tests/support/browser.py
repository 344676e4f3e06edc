"""The served page in a real browser: for the page's tests and its screenshots."""

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Browser, Locator, Page, Playwright, expect

from tests.support.drawings import placed
from tests.support.paths import ROOT
from tests.support.pictures import WIDTH
from tests.support.server import running

Stroke = NDArray[np.float64]  # (n, 2), CSS pixels of the window
Visit = Callable[..., Page]  # opens the page as a new visitor, see `open_page`

# What a phone's browser sends; from it the page knows how wide the sheet may be.
PHONE_AGENT: Final = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/140.0.0.0 Mobile Safari/537.36"
)
expect.set_options(timeout=60_000)  # only failing tests and busy machines wait this long
FLAGS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Chromium takes an answer that a test changes for one from the internet, from which a page may
    # not send requests to this machine. And for each window it loads two pages of its own below the
    # address bar, which nobody sees here and which cost as much as half of the tested page.
    "--disable-features=LocalNetworkAccessChecks,WebUIOmniboxPopup,WebUIOmniboxAimPopup",
]

# The canvas component sends a drawing after a timer of 200 ms, which never fires with this script.
STOP_THE_WAIT: Final = """() => {
    const start = window.setTimeout
    window.setTimeout = (call, delay, ...rest) => delay === 200 ? 0 : start(call, delay, ...rest)
}"""
# A later version of the component may give the button another name.
RENAME_THE_BUTTON: Final = """canvas => {
    const button = canvas.getRootNode().querySelector(".dc-toolbar button")
    button.setAttribute("aria-label", "Another name")
}"""


def find_chromium(playwright: Playwright) -> str | None:
    """$CHROMIUM, otherwise the system's Chromium, otherwise Playwright's; None if there is none.

    Chromium without windows comes first: it needs three quarters of the processor's time.
    """
    return chromium_or(playwright.chromium.executable_path)


def chromium_or(bundled: str) -> str | None:
    """Does what `find_chromium` says. bundled: where Playwright installs its Chromium."""
    system = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    names = (os.environ.get("CHROMIUM"), *system)
    installed = next((path for name in names if name and (path := shutil.which(name))), None)
    return installed or (bundled if Path(bundled).is_file() else None)


@contextmanager
def serving(
    folder: Path = ROOT, script: str = "main.py", variables: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Serves a script of app/ from `folder` as the working directory; yields its address.

    variables: added to the environment.
    """
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app" / script)]
    with running(command, folder, variables) as port:
        yield f"http://127.0.0.1:{port}"


def open_page(
    browser: Browser,
    address: str,
    width: int = 1280,
    height: int = 800,
    dark: bool = False,
    touch: bool = False,
) -> Page:
    """A new visitor's page with its canvas ready to draw on. touch: whether it is on a phone."""
    context = browser.new_context(
        user_agent=PHONE_AGENT if touch else None,
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        has_touch=touch,
        is_mobile=touch,
        device_scale_factor=2 if touch else 1,
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(address)
    page.locator(".st-key-reading [role=status], .stAlert").first.wait_for()
    if not reading(page).count():
        raise RuntimeError(f"the page shows an error: {page.locator('.stAlert').inner_text()}")
    canvas(page).wait_for()
    return page


def canvas(page: Page) -> Locator:
    """The canvas element that takes the pen; Playwright looks into the component's shadow."""
    return page.locator(".st-key-canvas canvas.upper-canvas")


def reading(page: Page) -> Locator:
    """The headline, a live region, but not the one of a way to write that is being left."""
    return page.locator(".st-key-reading:not([data-stale=true]) [role=status]")


def button(page: Page, key: str) -> Locator:
    """The button in the container of this key."""
    return page.locator(f".st-key-{key} button")


def box_of(page: Page, part: str) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of an element, in CSS pixels of the window."""
    box = page.locator(part).first.bounding_box()
    assert box is not None, part
    return box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]


def expect_read(page: Page, start: str) -> None:
    """Waits until the reading begins with this text."""
    expect(reading(page)).to_have_text(re.compile(rf"^\s*{re.escape(start)}"))


def change_sheet(page: Page, key: str) -> None:
    """Presses a button that replaces the canvas, and waits for the new one to draw on."""
    canvas(page).evaluate_all("canvases => { for (const each of canvases) each.isOld = true }")
    button(page, key).click()
    page.wait_for_function(
        """() => {
            const canvases = [...document.querySelectorAll(".st-key-canvas *")]
                .map(e => e.shadowRoot?.querySelector("canvas.upper-canvas")).filter(e => e);
            return canvases.length === 1 && !canvases[0].isOld;
        }"""
    )


def draw_with_mouse(page: Page, strokes: Sequence[NDArray[np.float64]]) -> None:
    """Draws strokes given in the page's pixels."""
    for stroke in strokes:
        page.mouse.move(*stroke[0])
        page.mouse.down()
        for x, y in stroke[1:]:
            page.mouse.move(x, y)
        page.mouse.up()


def draw_with_finger(page: Page, strokes: Sequence[NDArray[np.float64]]) -> None:
    """Draws strokes given in the page's pixels, as real touches that could scroll the page."""
    session = page.context.new_cdp_session(page)
    for stroke in strokes:
        for index, (x, y) in enumerate(stroke):
            session.send(
                "Input.dispatchTouchEvent",
                {
                    "type": "touchStart" if index == 0 else "touchMove",
                    "touchPoints": [{"x": float(x), "y": float(y)}],
                },
            )
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    session.detach()


def on_sheet(page: Page, digit: int, fill: float = 0.75) -> list[NDArray[np.float64]]:
    """A digit's strokes in the page's pixels, in the middle of the visible sheet."""
    return number_on_sheet(page, str(digit), fill)


def number_on_sheet(page: Page, number: str, fill: float = 0.75) -> list[NDArray[np.float64]]:
    """A number's strokes in the page's pixels, in the middle of the visible sheet.

    fill: share of the sheet's width or height, whichever limits the number's size.
    """
    page.locator(".st-key-canvas").scroll_into_view_if_needed()
    box = page.locator(".st-key-canvas").bounding_box()
    assert box is not None, "the sheet is not on the page"
    size = fill * min(box["width"] / (WIDTH * len(number)), box["height"])
    left = box["x"] + (box["width"] - size * (WIDTH * len(number) + 1 - WIDTH)) / 2
    top = box["y"] + (box["height"] - size) / 2
    return [
        stroke
        for index, digit in enumerate(number)
        for stroke in placed(int(digit), left + index * WIDTH * size, top, size)
    ]


def upload(page: Page, name: str, content: bytes) -> None:
    """Chooses a picture file with the page's uploader."""
    way(page, "Picture")
    kind = f"image/{name.rpartition('.')[2]}"
    page.locator(".st-key-file input[type=file]").set_input_files(
        {"name": name, "mimeType": kind, "buffer": content}
    )


def way(page: Page, name: str) -> None:
    """Presses one of Draw, Picture and Camera."""
    page.locator(".st-key-way button", has_text=name).click()
