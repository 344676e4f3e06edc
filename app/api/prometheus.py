"""Counts requests for Prometheus, whose client library is imported only if it is needed."""

from collections.abc import Callable
from typing import Final

from app.api.observed import Observation

# Upper bounds of the histogram's buckets: strokes take 1 ms, a picture 20 ms, a large photograph
# seconds.
SECONDS: Final = (0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# Paths, without the prefix, that are counted separately. All others are counted as the page's,
# because strangers could invent any number of paths.
PATHS: Final = (
    *("/api/read", "/api/live", "/api/model", "/api/openapi.json", "/api"),
    *("/healthz", "/readyz", "/metrics"),
)


class Counts:
    """Counts requests, readings, refusals and times, and has gauges of the server.

    prefix: what the paths for clients begin with. Only the event loop may call it.
    """

    MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

    def __init__(self, prefix: str = "") -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

        self._prefix, self._registry = prefix, CollectorRegistry()
        registry = self._registry
        ProcessCollector(registry=registry)  # memory, processor and files
        self._requests = Counter(
            "digits_requests", "HTTP requests answered", ["path", "status"], registry=registry
        )
        self._readings = Counter(
            "digits_readings", "Readings of the API", ["kind"], registry=registry
        )
        self._refusals = Counter(
            "digits_refusals", "Refusals of the API", ["code"], registry=registry
        )
        self._seconds = Histogram(
            "digits_reading_seconds",
            "Time of a reading, from its request's first byte to its answer",
            ["kind"],
            buckets=SECONDS,
            registry=registry,
        )

    def gauge(self, name: str, meaning: str, value: Callable[[], float]) -> None:
        """Adds a value that is computed for each answer."""
        from prometheus_client import Gauge

        Gauge(name, meaning, registry=self._registry).set_function(value)

    def observe(self, observation: Observation) -> None:
        """Counts one request."""
        path = observation.path.removeprefix(self._prefix)
        self._requests.labels(path if path in PATHS else "/", observation.status).inc()
        if observation.code:
            self._refusals.labels(observation.code).inc()
        elif observation.kind:
            self._readings.labels(observation.kind).inc()
            self._seconds.labels(observation.kind).observe(observation.seconds)

    def as_text(self) -> bytes:
        """All metrics in the text format."""
        from prometheus_client import generate_latest

        return generate_latest(self._registry)
