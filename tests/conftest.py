"""Fixtures for all tests. Nothing here needs torch, because the app's tests run without it."""

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.optional import NEEDS, OPTION, OptionalModule, require
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from app.recognizer import Recognizer


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Adds `--require-all`, and the settings of plugins that may not be installed."""
    parser.addoption(OPTION, action="store_true", help="fail where a needed package is missing")
    if not pluginmanager.hasplugin("timeout"):
        parser.addini("timeout", "seconds a test may take; needs pytest-timeout")


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module:
    """Skips modules that import what is not installed."""
    module: pytest.Module = OptionalModule.from_parent(parent, path=module_path)
    return module


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts slow modules first: begun last, one would keep a single worker busy at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Applies `--require-all` to modules."""
    report = yield
    if collector.config.getoption(OPTION):
        require(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Applies `--require-all` to single tests."""
    report = yield
    if item.config.getoption(OPTION):
        require(report)
    return report


@pytest.fixture(scope="session")
def recognizer() -> "Recognizer":
    """The committed model."""
    from app.recognizer import Recognizer

    return Recognizer()


@pytest.fixture(scope="session")
def data() -> Path:
    """The data folder: the first of $DIGITS_DATA, ../shared/data and data/ that exists."""
    named = [Path(os.environ["DIGITS_DATA"])] if "DIGITS_DATA" in os.environ else []
    for folder in (*named, ROOT.parent / "shared" / "data", ROOT / "data"):
        if (folder / "MNIST" / "raw" / "train-images-idx3-ubyte").is_file():
            return folder
    pytest.skip("the data sets are not here: run python -m train.data, or set DIGITS_DATA")


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """One browser for all tests; tests that use it are skipped if there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason=f"{NEEDS}Playwright")
    from tests.support.browser import FLAGS, find_chromium

    with sync_api.sync_playwright() as playwright:
        chromium = find_chromium(playwright)
        if chromium is None:
            pytest.skip(f"{NEEDS}Chromium: install it, or run `playwright install chromium`")
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One server for all tests, started outside the repository, where it finds less by accident."""
    from tests.support.browser import serving

    with serving(tmp_path_factory.mktemp("elsewhere")) as address:
        yield address


@pytest.fixture
def visit(browser: "Browser", address: str) -> "Iterator[Callable[..., Page]]":
    """Opens the page as a new visitor (see open_page); afterwards, all visitors leave."""
    from tests.support.browser import open_page

    pages: list[Page] = []

    def open_one(**view: Any) -> "Page":
        pages.append(open_page(browser, address, **view))
        return pages[-1]

    yield open_one
    for page in pages:
        page.context.close()


@pytest.fixture(scope="module")
def desk(browser: "Browser", address: str) -> "Iterator[Page]":
    """One visitor who stays, for tests that only draw on a cleared sheet."""
    from tests.support.browser import open_page

    page = open_page(browser, address)
    yield page
    page.context.close()
