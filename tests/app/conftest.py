"""The served page and a browser to visit it with, for the tests of the page."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.browser import FLAGS, find_chromium, open_page, serving


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests; without one they are skipped, except in CI, where they fail."""
    with sync_playwright() as playwright:
        chromium = find_chromium(playwright)
        if chromium is None:
            reason = "no Chromium: set CHROMIUM, install it, or run `playwright install chromium`"
            pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One server for all tests, started outside the repository, where less is found by itself."""
    with serving(tmp_path_factory.mktemp("elsewhere")) as address:
        yield address


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Opens the page as a new visitor (see open_page); afterwards, all visitors leave."""
    pages: list[Page] = []

    def open_one(**view: Any) -> Page:
        pages.append(open_page(browser, address, **view))
        return pages[-1]

    yield open_one
    for page in pages:
        page.context.close()


@pytest.fixture(scope="module")
def desk(browser: Browser, address: str) -> Iterator[Page]:
    """One visitor who stays, for tests that only draw on a cleared sheet."""
    page = open_page(browser, address)
    yield page
    page.context.close()
