"""What Prometheus gets: counts under few names, for clients that DIGITS_METRICS lets in."""

from collections.abc import Iterator

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from app.api.observed import Observation
from app.api.prometheus import Counts
from tests.support.paths import ROOT
from tests.support.service import strokes
from tests.tools.image_files import started


def values(text: str) -> dict[tuple[str, ...], float]:
    """Each sample by its name and the values of its labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


SEEN = Observation("POST", "/digits/api/read", 200, 0.02, "10.0.0.1", "ink", "")


def test_requests_readings_and_refusals_are_counted() -> None:
    counts = Counts("/digits")
    refused = SEEN._replace(status=422, kind="picture", code="unprocessable")
    for observation in (SEEN, SEEN, refused, SEEN._replace(path="/healthz", kind="")):
        counts.observe(observation)
    metrics = values(counts.as_text().decode())
    assert metrics["digits_requests_total", "/api/read", "200"] == 2
    assert metrics["digits_requests_total", "/api/read", "422"] == 1
    assert metrics["digits_requests_total", "/healthz", "200"] == 1
    assert metrics["digits_readings_total", "ink"] == 2
    assert ("digits_readings_total", "picture") not in metrics
    assert metrics["digits_refusals_total", "unprocessable"] == 1
    assert metrics["digits_reading_seconds_count", "ink"] == 2
    assert metrics["digits_reading_seconds_sum", "ink"] == pytest.approx(0.04)
    assert metrics["digits_reading_seconds_bucket", "ink", "0.01"] == 0
    assert metrics["digits_reading_seconds_bucket", "ink", "0.025"] == 2
    assert metrics["process_resident_memory_bytes",] > 1e6


def test_unknown_paths_do_not_add_metrics() -> None:
    counts = Counts()
    for number in range(100):
        counts.observe(SEEN._replace(path=f"/invented/{number}", status=404, kind=""))
    metrics = values(counts.as_text().decode())
    assert metrics["digits_requests_total", "/", "404"] == 100
    assert len([key for key in metrics if key[0] == "digits_requests_total"]) == 1


def test_gauges_are_asked_each_time() -> None:
    counts, sessions = Counts(), [1.0]
    counts.gauge("digits_sessions", "Open pages", lambda: sessions[0])
    assert values(counts.as_text().decode())["digits_sessions",] == 1
    sessions[0] = 3.0
    assert values(counts.as_text().decode())["digits_sessions",] == 3


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page and the service, with metrics open to this machine."""
    folder = tmp_path_factory.mktemp("metrics")
    with started(folder, ROOT / "app" / "server.py", DIGITS_METRICS="loopback") as port:
        yield f"http://127.0.0.1:{port}"


def test_a_server_serves_its_metrics(server: str) -> None:
    requests.post(f"{server}/api/read", json={"strokes": strokes(3)}, timeout=60)
    response = requests.get(f"{server}/metrics", timeout=60)
    assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    metrics = values(response.text)
    assert metrics["digits_readings_total", "ink"] == 1
    assert metrics["digits_requests_in_flight",] == 0
    assert metrics["digits_sessions",] == 0


def test_metrics_are_not_for_those_behind_a_proxy(server: str) -> None:
    headers = {"X-Forwarded-For": "1.2.3.4"}
    response = requests.get(f"{server}/metrics", headers=headers, timeout=60)
    assert response.status_code == 404
    assert "digits" not in response.text
