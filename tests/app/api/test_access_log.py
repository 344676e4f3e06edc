"""The log has a line per request with its path, how it ended and how long it took, and no more."""

import io
import json
import re
from typing import Any

import pytest
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from app.api import service
from app.api.access_log import AccessLog, LogFormat, format_from
from app.api.limits import Limits
from app.api.observed import CANCELLED, Observation, Observed
from tests.support.coroutines import run_coroutine
from tests.support.service import strokes


class Kept(list[Observation]):
    """An observer that keeps its observations."""

    def observe(self, observation: Observation) -> None:
        self.append(observation)


def ask(app: Any, method: str, path: str, body: bytes = b"", **scope: Any) -> None:
    """Sends one request to an application and discards the answer."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(_: Any) -> None:
        """Discards the answer."""

    request = {
        **{"type": "http", "method": method, "path": path, "query_string": b"single=true"},
        **{"headers": [], "client": ("10.0.0.1", 1), "scheme": "http", "server": ("x", 80)},
    }
    run_coroutine(app({**request, **scope}, receive, send))


@pytest.mark.parametrize(
    "method, path, body, expected",
    [
        ("POST", "/api/read", json.dumps({"strokes": strokes(3)}).encode(), (200, "ink", "")),
        ("POST", "/api/read", b"no picture", (422, "picture", "unprocessable")),
        ("POST", "/api/read", b"", (400, "", "invalid_request")),
        ("GET", "/api/nothing", b"", (404, "", "not_found")),
        ("GET", "/healthz", b"", (200, "", "")),
    ],
)
def test_a_request_is_observed(
    method: str, path: str, body: bytes, expected: tuple[int, str, str]
) -> None:
    kept = Kept()
    app = Observed(service.create(Limits()), [kept], 0)
    ask(app, method, path, body)
    (observation,) = kept
    assert (observation.method, observation.path, observation.client) == (method, path, "10.0.0.1")
    assert (observation.status, observation.kind, observation.code) == expected
    assert 0 < observation.seconds < 30


def test_the_client_is_the_one_behind_the_proxies() -> None:
    kept = Kept()
    app = Observed(service.create(Limits()), [kept], 1)
    ask(app, "GET", "/healthz", headers=[(b"x-forwarded-for", b"9.9.9.9, 1.2.3.4")])
    assert kept[0].client == "1.2.3.4"


def test_a_request_without_an_answer_is_observed_too() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        assert Request(scope).url.path == "/"
        raise OSError("gone")

    kept = Kept()
    with pytest.raises(OSError, match="gone"):
        ask(Observed(broken, [kept], 0), "GET", "/")
    assert kept[0].status == CANCELLED


SEEN = Observation("POST", "/api/read", 200, 0.01234, "10.0.0.1", "ink", "")


@pytest.mark.parametrize(
    "log_format, pattern",
    [
        (
            "plain",
            r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ 10\.0\.0\.1 POST /api/read 200 12\.3 ms\n",
        ),
        (
            "json",
            r'\{"time": "20\S+Z", "client": "10\.0\.0\.1", "method": "POST",'
            r' "path": "/api/read", "status": 200, "ms": 12\.3\}\n',
        ),
    ],
)
def test_a_line_has_path_status_time_and_client(log_format: LogFormat, pattern: str) -> None:
    stream = io.StringIO()
    AccessLog(log_format, stream).observe(SEEN)
    assert re.fullmatch(pattern, stream.getvalue())


@pytest.mark.parametrize("log_format", ["plain", "json"])
@pytest.mark.parametrize("path", ["/a\nb", "/\x1b[2J", "/" + "x" * 9_000, "/\u2028", '/"'])
def test_no_path_spoils_the_log(log_format: LogFormat, path: str) -> None:
    stream = io.StringIO()
    AccessLog(log_format, stream).observe(SEEN._replace(path=path))
    (line,) = stream.getvalue().splitlines()
    assert line.isprintable()
    assert line.isascii()
    assert len(line) < 1_500
    if log_format == "json":
        assert json.loads(line)["status"] == 200


@pytest.mark.parametrize("text", ["off", "plain", "json"])
def test_formats_are_named(text: str) -> None:
    assert format_from({"DIGITS_LOG": text}) == text
    assert format_from({}) == "off"
