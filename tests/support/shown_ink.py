"""The ink that the page shows on the sheet in a browser."""

import time

import cv2
import numpy as np
import pytest
from playwright.sync_api import Locator, Page

HINT = "Draw a digit"


def sheet(page: Page) -> Locator:
    """The visible part of the canvas."""
    return page.locator(".st-key-canvas")


def dark_pixels(shown: Locator) -> int:
    """The number of pixels that are as dark as ink."""
    picture = cv2.imdecode(np.frombuffer(shown.screenshot(), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    return int((picture[8:-8, 8:-8] < 80).sum())  # without the sheet's border


def expect_ink(page: Page, expected: int) -> None:
    """Waits until the sheet, which may load late, shows this many dark pixels, within 2 %."""
    deadline = time.monotonic() + 20
    while (count := dark_pixels(sheet(page))) != pytest.approx(expected, rel=0.02):
        assert time.monotonic() < deadline, f"expected {expected} dark pixels, got {count}"
        page.wait_for_timeout(100)
