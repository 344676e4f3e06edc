"""Which pages get live readings, and from which of their runs."""

import gc
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from app.page import live_pages
from app.page.live import MAX_ELAPSED_SECONDS, MAX_SECONDS, DrawingRead, digit_at
from app.page.live_pages import MAX_RUNS, LivePage, ReadOn
from app.page.visit import Visit
from app.reading import Reading
from app.recognizer import Recognizer
from tests.support.drawings import placed


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[LivePage]:
    """The page that a run publishes to, with a service that reads for it."""
    page = LivePage()
    monkeypatch.setattr(live_pages, "current_page", lambda: page)
    live_pages.serve_at("/api/live")
    yield page
    live_pages._urls.clear()


def drawing_read(recognizer: Recognizer) -> DrawingRead:
    """A run of the page that has read a 3."""
    visit = Visit()
    return DrawingRead(recognizer, visit.reader(), placed(3, 100, 100, 300), 28, visit.glyphs)


def test_the_last_runs_can_be_read_on() -> None:
    def read_on_from(name: str) -> ReadOn:
        return lambda strokes, is_drawing: f"{name} {len(strokes)} {is_drawing}"

    page = LivePage()
    for name in "abcdef":
        page.publish(read_on_from(name))
    assert MAX_RUNS == 4
    answers = [page.read(run, [np.zeros((2, 2))], True) for run in range(1, 8)]
    assert answers == [None, None, "c 1 True", "d 1 True", "e 1 True", "f 1 True", None]


def test_a_page_is_found_by_its_token_as_long_as_it_is_open() -> None:
    page = LivePage()
    live_pages._pages[page.token] = page
    assert live_pages.find(page.token) is page
    assert live_pages.find("another") is None
    token = page.token
    del page
    gc.collect()
    assert live_pages.find(token) is None


@pytest.mark.parametrize(
    "seconds, elapsed_seconds, is_live",
    [
        (MAX_SECONDS, MAX_ELAPSED_SECONDS, True),
        (MAX_SECONDS + 0.001, 0.1, False),  # a costly drawing
        (0.01, MAX_ELAPSED_SECONDS + 0.001, False),  # a busy server
    ],
)
def test_what_took_long_to_read_is_not_read_live(
    recognizer: Recognizer, page: LivePage, seconds: float, elapsed_seconds: float, is_live: bool
) -> None:
    published = drawing_read(recognizer).publish(seconds, elapsed_seconds)
    expected = {"url": "/api/live", "token": page.token, "run": 1} if is_live else None
    assert published == expected


def test_nothing_is_published_without_a_service(recognizer: Recognizer) -> None:
    assert live_pages.url() is None
    assert drawing_read(recognizer).publish(0.001, 0.001) is None


def test_the_digit_under_the_pen_is_the_smallest_around_it(recognizer: Recognizer) -> None:
    reading = recognizer.read_ink([*placed(3, 0, 0, 100), *placed(6, 90, 0, 100)])
    assert reading.text == "36"
    assert digit_at(reading, placed(3, 0, 0, 100)[-1][-1]) == 0
    assert digit_at(reading, placed(6, 90, 0, 100)[-1][-1]) == 1
    assert digit_at(reading, np.array([400.0, 50.0])) is None
    x, y, width, height = reading.digits[1].box
    around = replace(reading.digits[0], box=(0, 0, 200, 100))
    both = Reading((around, reading.digits[1]))
    assert digit_at(both, np.array([x + width / 2, y + height / 2])) == 1
