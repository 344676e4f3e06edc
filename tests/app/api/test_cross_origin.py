"""Pages of other origins may use the service only where DIGITS_ORIGINS names them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
import requests

from app.api.cross_origin import origins_from
from tests.support.service import FREE, serving, strokes

if TYPE_CHECKING:
    from playwright.sync_api import Browser

OURS = "https://example.org"
PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "content-type",
}


@pytest.mark.parametrize(
    "text, expected",
    [
        ("", ()),
        (" , ", ()),
        ("*", ("*",)),
        ("https://example.org", ("https://example.org",)),
        (
            "https://Example.org, http://localhost:3000",
            ("https://example.org", "http://localhost:3000"),
        ),
        ("http://[::1]:3000", ("http://[::1]:3000",)),
        ("https://example.org:443", ("https://example.org",)),  # as browsers send it
        ("http://[::1]:80,http://a:443", ("http://[::1]", "http://a:443")),
    ],
)
def test_origins_are_listed_with_commas(text: str, expected: tuple[str, ...]) -> None:
    assert origins_from({"DIGITS_ORIGINS": text}) == expected


@pytest.mark.parametrize(
    "text",
    [
        "example.org",
        "https://",
        "https://example.org/",  # browsers send no path, so it would never match
        "https://example.org/page",
        "https://example.org:port",
        "https://*.example.org",
        "ftp://example.org",
        "https://münchen.de",  # browsers send https://xn--mnchen-3ya.de
        "null",  # the origin of every sandboxed page and every file
        "*, https://example.org",
    ],
)
def test_the_server_does_not_start_with_an_invalid_origin(text: str) -> None:
    with pytest.raises(ValueError, match=r"DIGITS_ORIGINS: expected \* or origins as https://"):
        origins_from({"DIGITS_ORIGINS": text})


@pytest.mark.parametrize(
    "origins, origin, allowed",
    [
        ((), OURS, None),
        ((OURS,), OURS, OURS),
        ((OURS,), "https://evil.example", None),
        ((OURS,), "null", None),
        (("*",), "https://evil.example", "*"),
    ],
)
def test_only_named_origins_may_read_answers(
    origins: tuple[str, ...], origin: str, allowed: str | None
) -> None:
    with serving(FREE, origins=origins) as address:
        path = f"{address}/api/read"
        preflight = requests.options(path, headers={"Origin": origin, **PREFLIGHT}, timeout=9)
        answer = requests.post(path, json={"strokes": []}, headers={"Origin": origin}, timeout=9)
        refusal = requests.post(path, b"x", headers={"Origin": origin}, timeout=9)
    assert preflight.status_code == (200 if allowed else 400 if origins else 405)
    for response in (preflight, answer, refusal):
        assert response.headers.get("Access-Control-Allow-Origin") == allowed
        assert "Access-Control-Allow-Credentials" not in response.headers
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.status_code == 200
    exposed = answer.headers.get("Access-Control-Expose-Headers")
    assert exposed == ("Retry-After, RateLimit, RateLimit-Policy" if origins else None)


@pytest.mark.parametrize("origins, allowed", [((OURS,), "true"), (("*",), None)])
def test_only_named_origins_may_reach_a_private_address(
    origins: tuple[str, ...], allowed: str | None
) -> None:
    headers = {"Origin": OURS, **PREFLIGHT, "Access-Control-Request-Private-Network": "true"}
    with serving(FREE, origins=origins) as address:
        preflight = requests.options(f"{address}/api/read", headers=headers, timeout=9)
    assert preflight.headers.get("Access-Control-Allow-Private-Network") == allowed
    assert preflight.status_code == (200 if allowed else 400)


class EmptyPage(BaseHTTPRequestHandler):
    """Answers every request with an empty page."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Another site</title>")

    def log_message(self, *_: Any) -> None:
        """Logs nothing."""


@contextmanager
def another_site() -> Iterator[str]:
    """The origin of an empty page on its own port."""
    site = ThreadingHTTPServer(("127.0.0.1", 0), EmptyPage)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{site.server_address[1]}"
    site.shutdown()


READ = """async ([address, body]) => {
    const request = { method: "POST", body: JSON.stringify(body) };
    request.headers = { "Content-Type": "application/json" };
    try { return (await (await fetch(`${address}/api/read`, request)).json()).text; }
    catch (error) { return error.name; }
}"""


def test_a_browser_lets_a_page_of_a_named_origin_read(browser: "Browser") -> None:
    body = {"strokes": strokes(4)}
    with another_site() as named, another_site() as other, serving(FREE, origins=(named,)) as api:
        page = browser.new_page()
        page.goto(named)
        assert page.evaluate(READ, [api, body]) == "4"
        page.goto(other)
        assert page.evaluate(READ, [api, body]) == "TypeError"  # fetch's error for every refusal
        page.close()


def test_a_browser_keeps_answers_from_all_pages_where_none_is_named(browser: "Browser") -> None:
    with another_site() as site, serving(FREE) as api:
        page = browser.new_page()
        page.goto(site)
        assert page.evaluate(READ, [api, {"strokes": strokes(4)}]) == "TypeError"
        page.close()
