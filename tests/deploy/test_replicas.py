"""Two servers behind nginx: what the visitors of each notice when one is killed."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.benchmarks import replicas
from tests.support import proxies
from tests.support.browser import canvas, draw_with_mouse, expect_read, number_on_sheet, open_page
from tests.support.coroutines import run_coroutine

pytestmark = pytest.mark.slow

Servers = tuple[proxies.Proxy, list[int]]
NEW_CANVAS = """() => [...document.querySelectorAll(".st-key-canvas *")]
    .map(element => element.shadowRoot?.querySelector("canvas.upper-canvas"))
    .some(canvas => canvas && !canvas.isOld)"""
BACK_SECONDS = 60  # for a browser to connect again; it waits longer after each attempt


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    program = proxies.find(proxies.NGINX)
    if program is None:
        pytest.skip("needs nginx: tests/tools/nginx.sh fetches it")
    with replicas.two_servers(program, tmp_path) as started:
        yield started


def test_only_the_visitors_of_the_killed_server_connect_again(servers: Servers) -> None:
    figures = run_coroutine(replicas.scene(*servers, num_visitors=8, seconds=12))
    assert figures["undisturbed"], figures
    affected = figures["visitors of the killed server"]
    assert 0 < affected < 8, "each server must have some"
    assert figures["connections that these lost"] == figures["restored drawings"] == affected


def test_a_browser_goes_on_with_its_drawing_at_the_other_server(
    servers: Servers, browser: Browser
) -> None:
    proxy, _ = servers
    page = open_page(browser, proxy.address)
    with closing(page.context):
        draw_with_mouse(page, number_on_sheet(page, "26"))
        expect_read(page, "26")
        canvas(page).evaluate("element => { element.isOld = true }")
        os.kill(replicas.process_at(proxy.servers()["127.0.0.1"]), signal.SIGKILL)
        # The other server's session has no drawing until the page sends it this one, which then
        # appears on a new canvas.
        page.wait_for_function(NEW_CANVAS, timeout=1_000 * BACK_SECONDS)
        expect_read(page, "26")
