"""The service stays responsive to all clients while it works, and reports its health."""

import http.client
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests

from app.api.reader import Reader
from app.recognizer import Recognizer
from tests.support.pictures import large_photograph
from tests.support.service import (
    FREE,
    coded,
    read,
    refused,
    serving,
    strokes,
)


class HeldReader(Reader):
    """A reader that answers once it is released, and hardly uses the CPU until then."""

    def __init__(self) -> None:
        super().__init__(FREE)
        self.released = threading.Event()

    def read_image(self, *_: Any) -> bytes:
        assert self.released.wait(60)
        return b"{}"


def test_a_read_does_not_block_others_and_the_busy_server_refuses() -> None:
    reader = HeldReader()
    with (
        serving(replace(FREE, reads=1, waiting=3), reader) as address,
        ThreadPoolExecutor(4) as clients,
    ):
        futures = [clients.submit(read, address, coded(".png")) for _ in range(4)]
        refusals = [future.result() for future in islice(as_completed(futures, 30), 2)]
        # A blocked loop would not answer before the time-out.
        assert requests.get(f"{address}/healthz", timeout=9).json() == {"status": "alive"}
        reader.released.set()
        responses = [future.result() for future in futures]
    assert {response.status_code for response in refusals} == {429}
    statuses = sorted(response.status_code for response in responses)
    assert statuses == [200, 200, 429, 429]  # half of 4 places
    busy = next(response for response in responses if response.status_code == 429)
    refused(busy, 429, "concurrency_limited", "4 requests")
    assert int(busy.headers["Retry-After"]) >= 1


NUMBERS = "2026 583 1749"


def test_the_server_answers_others_while_it_reads_large_pictures() -> None:
    body, waited = large_photograph([NUMBERS] * 10), []
    with serving() as address, ThreadPoolExecutor(2) as clients:
        assert requests.get(f"{address}/readyz", timeout=60).status_code == 200
        futures = [clients.submit(read, address, body, "image/jpeg") for _ in range(4)]
        host = address.removeprefix("http://")
        with closing(http.client.HTTPConnection(host, timeout=60)) as connection:
            while not all(future.done() for future in futures):
                asking = time.monotonic()
                connection.request("GET", "/healthz")
                assert json.load(connection.getresponse()) == {"status": "alive"}
                waited.append(time.monotonic() - asking)
                time.sleep(0.01)
    assert [future.result().json()["text"] for future in futures] == ["\n".join([NUMBERS] * 10)] * 4
    assert len(waited) > 20  # a blocked loop answers only between pictures
    assert np.median(waited) < 0.05  # seconds; it usually takes 1 ms
    assert max(waited) < 1


def test_readings_of_many_at_once_are_not_mixed_up() -> None:
    digits = [number % 10 for number in range(60)]
    with serving(replace(FREE, waiting=30)) as address, ThreadPoolExecutor(12) as clients:
        futures = [
            clients.submit(read, address, {"strokes": strokes(digit)}, "application/json")
            for digit in digits
        ]
        assert [future.result().json()["text"] for future in futures] == [
            str(digit) for digit in digits
        ]


def test_the_model_says_what_it_is(address: str, recognizer: Recognizer) -> None:
    model = requests.get(f"{address}/api/model", timeout=9).json()
    assert model["metadata"] == recognizer.metadata
    assert model["figures"]["sha256"]


def test_a_server_without_a_model_lives_but_is_not_ready(tmp_path: Path) -> None:
    with serving(reader=Reader(FREE, tmp_path / "none.onnx")) as address:
        assert requests.get(f"{address}/healthz", timeout=9).json() == {"status": "alive"}
        for response in (
            requests.get(f"{address}/readyz", timeout=9),
            requests.get(f"{address}/api/model", timeout=9),
            read(address, {"strokes": []}, "application/json"),
        ):
            refused(response, 503, "model_unavailable")
            assert str(tmp_path) not in response.text


def test_a_ready_server_says_so(address: str) -> None:
    response = requests.get(f"{address}/readyz", timeout=30)
    assert (response.status_code, response.json()) == (200, {"status": "ready"})


class BrokenReader(Reader):
    def read_image(self, *_: Any) -> bytes:
        raise KeyError("a secret")


def test_a_failure_keeps_its_details_to_itself(caplog: pytest.LogCaptureFixture) -> None:
    with serving(reader=BrokenReader(FREE)) as address:
        response = read(address, coded(".png"))
        refused(read(address, coded(".png")), 500, "internal_error")  # the server goes on
    refused(response, 500, "internal_error", "The server failed. Its log says why.")
    assert "secret" not in response.text
    assert "POST /api/read failed" in caplog.text
