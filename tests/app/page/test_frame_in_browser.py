"""The page in a frame of another site, as on a Hugging Face Space."""

import re
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, Response, Route, expect

from tests.support.browser import draw_with_finger, draw_with_mouse, serving

FRAMING = '<body style="margin: 0"><iframe src="{}" width="1200" height="760"></iframe>'


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and logs nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Logs nothing."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page on another site that shows the page in a frame.

    localhost and 127.0.0.1 are the same machine, but browsers treat them as different sites.
    """
    folder = tmp_path_factory.mktemp("site")
    with serving(tmp_path_factory.mktemp("elsewhere"), "server.py") as address:
        (folder / "index.html").write_text(FRAMING.format(address), encoding="utf-8")
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()
        server.server_close()


def let_frame(route: Route) -> None:
    """Answers as the server does, but lets any site frame the page, not only Spaces."""
    response = route.fetch()
    headers = dict(response.headers)
    del headers["content-security-policy"]
    route.fulfill(response=response, headers=headers)


def bar_on(page: Page) -> list[NDArray[np.float64]]:
    """A vertical stroke on the sheet in the frame, in the pixels of the outer page."""
    frame = page.frame_locator("iframe")
    frame.locator(".st-key-canvas canvas.upper-canvas").wait_for()
    box = frame.locator(".st-key-canvas").bounding_box()
    assert box is not None, "the sheet is not in the frame"
    heights = np.linspace(box["y"] + 0.2 * box["height"], box["y"] + 0.8 * box["height"], 20)
    return [np.stack([np.full(20, box["x"] + box["width"] / 2), heights], axis=1)]


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "finger"])
def test_a_drawing_is_read_in_a_frame_of_another_site(
    browser: Browser, site: str, touch: bool
) -> None:
    page = browser.new_context(viewport={"width": 1280, "height": 800}, has_touch=touch).new_page()
    live: list[Response] = []
    page.on("response", lambda each: live.append(each) if "/api/live" in each.url else None)
    page.route(re.compile(r"^http://127\.0\.0\.1:\d+/$"), let_frame)
    page.goto(site)
    draw = draw_with_finger if touch else draw_with_mouse
    draw(page, bar_on(page))
    status = page.frame_locator("iframe").locator(".st-key-reading [role=status]")
    expect(status).to_contain_text("1 ")
    assert {response.status for response in live} == {200}, "it is read while the pen moves"
    page.context.close()
