"""What is counted for Prometheus. Its client is imported only where it is asked for."""

from collections.abc import Callable
from typing import Final

from app.api.observed import Observation

# Upper bounds of seconds: strokes take 1 ms, a picture 20 ms, a large photograph seconds.
SECONDS: Final = (0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# Paths with a count of their own below any prefix; all others are the page's, whatever they are
# called, as strangers could invent names without end.
PATHS: Final = (
    *("/api/read", "/api/model", "/api/openapi.json", "/api"),
    *("/healthz", "/readyz", "/metrics"),
)


class Counts:
    """Requests, readings, refusals and times, and gauges of the server; for the event loop.

    prefix: of the paths for clients.
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
        """Adds a value that is asked for each time."""
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
        """All of it, in the text format."""
        from prometheus_client import generate_latest

        return generate_latest(self._registry)
