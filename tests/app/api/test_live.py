"""POST /api/live: how it answers the page's browser, and what limits it."""

import threading
from dataclasses import replace
from typing import Any

import pytest
import requests

from app.api import live
from app.api.live import MAX_BYTES, MAX_POINTS, LivePage, Strokes
from app.reading import UnreadableInput
from app.recognizer import CostlyInk
from tests.support.service import FREE, read, refused, serving, strokes

STROKES = [[[1, 2], [3.5, 4]], [[5, 6]]]


class Page:
    """A page in its third run. gate: lets its readings end."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.started = threading.Event()

    def read(self, run: int, strokes: Strokes, is_drawing: bool) -> str | None:
        self.started.set()
        assert self.gate.wait(30)
        if strokes[0][0, 0] == 666:
            raise UnreadableInput("expected other strokes")
        if strokes[0][0, 0] == 777:
            raise CostlyInk("expected a drawing that is read in less time")
        drawn = [stroke.tolist() for stroke in strokes]
        return f"<b>{drawn} {is_drawing}</b>" if run == 3 else None


def find(page: LivePage | None = None) -> Any:
    pages = {"secret": page or Page()}
    return pages.get


def ask(address: str, **changes: Any) -> requests.Response:
    """Sends what the page's browser sends, with some fields changed."""
    body: dict[str, Any] = {
        "token": "secret",
        "base": 3,
        "number": 7,
        "strokes": STROKES,
        "is_drawing": True,
    }
    return requests.post(f"{address}/api/live", json=body | changes, timeout=30)


def test_answers_with_the_headline_of_the_page_and_the_number_of_the_request() -> None:
    with serving(find_page=find()) as address:
        response = ask(address)
        html = "<b>[[[1.0, 2.0], [3.5, 4.0]], [[5.0, 6.0]]] True</b>"
        assert (response.status_code, response.json()) == (200, {"number": 7, "html": html})


@pytest.mark.parametrize(
    "changes, status, code",
    [
        ({"token": "guessed"}, 404, "not_found"),
        ({"base": 2}, 422, "unprocessable"),  # a run that the page has forgotten
        ({"strokes": [[[666, 0]]]}, 422, "unprocessable"),  # strokes that the recogniser refuses
        ({"strokes": []}, 422, "unprocessable"),
        ({"strokes": [[]]}, 422, "unprocessable"),
        ({"strokes": [[[1]]]}, 422, "unprocessable"),
        ({"strokes": [[["1", 2]]]}, 422, "unprocessable"),
        ({"strokes": [[[1e7, 2]]]}, 422, "unprocessable"),
        ({"strokes": [[[1, 2]] * (MAX_POINTS + 1)]}, 422, "too_many_points"),
        ({"strokes": [[[1, 2]] * (MAX_BYTES // 8)]}, 413, "payload_too_large"),
        ({"number": -1}, 422, "unprocessable"),
        ({"token": "x" * 65}, 422, "unprocessable"),
        ({"more": 1}, 422, "unprocessable"),
    ],
)
def test_requests_that_a_page_does_not_send_are_refused(
    changes: dict[str, Any], status: int, code: str
) -> None:
    with serving(find_page=find()) as address:
        refused(ask(address, **changes), status, code)
        assert ask(address).status_code == 200


def test_a_drawing_that_takes_too_long_has_no_headline_and_is_no_error() -> None:
    with serving(find_page=find()) as address:
        response = ask(address, strokes=[[[777, 0]]])
        assert (response.status_code, response.json()) == (200, {"number": 7, "html": None})


def test_refuses_other_bodies_and_methods() -> None:
    with serving(find_page=find()) as address:
        url = f"{address}/api/live"
        # A form on another site needs no preflight.
        refused(requests.post(url, data={"token": "secret"}, timeout=9), 415,
                "unsupported_media_type")  # fmt: skip
        json_type = {"Content-Type": "application/json"}
        refused(requests.post(url, b"{", headers=json_type, timeout=9), 400, "invalid_request")
        refused(requests.get(url, timeout=9), 405, "method_not_allowed")


def test_nothing_is_there_without_a_page() -> None:
    with serving() as address:
        refused(ask(address), 404, "not_found")


def test_an_unknown_token_is_an_ordinary_request() -> None:
    with serving(replace(FREE, rate=6, burst=2, count_loopback=1), find_page=find()) as address:
        for _ in range(2):
            refused(ask(address, token="guessed"), 404, "not_found")
        refused(ask(address, token="guessed"), 429, "rate_limited")
        assert ask(address).status_code == 200, "pages have a limit of their own"


def test_a_page_has_one_read_at_a_time() -> None:
    page = Page()
    page.gate.clear()
    with serving(find_page=find(page)) as address:
        answers: list[int] = []
        first = threading.Thread(target=lambda: answers.append(ask(address).status_code))
        first.start()
        assert page.started.wait(30)
        refused(ask(address), 429, "concurrency_limited")
        page.gate.set()
        first.join(30)
        assert answers == [200]
        assert ask(address).status_code == 200


def test_the_number_of_pages_that_are_read_at_a_time_is_limited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert live.MAX_IN_FLIGHT == 64
    monkeypatch.setattr(live, "MAX_IN_FLIGHT", 1)
    page = Page()
    page.gate.clear()
    pages = {"secret": page, "other": Page()}
    with serving(find_page=pages.get) as address:
        first = threading.Thread(target=ask, args=[address])
        first.start()
        assert page.started.wait(30)
        refused(ask(address, token="other"), 429, "concurrency_limited", "Too many pages")
        assert read(address, {"strokes": strokes(3)}, "application/json").ok, "programs have others"
        page.gate.set()
        first.join(30)
        assert ask(address, token="other").status_code == 200


def test_a_page_may_not_ask_too_often(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (live.RATE, live.BURST) == (60 * 60, 60), "sixty times a second"
    monkeypatch.setattr(live, "RATE", 1)
    monkeypatch.setattr(live, "BURST", 3)
    with serving(find_page=find()) as address:
        assert [ask(address).status_code for _ in range(4)] == [200, 200, 200, 429]
