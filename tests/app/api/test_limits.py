"""How much one client may ask of the service, and which client a request comes from."""

import tomllib
from dataclasses import replace
from typing import Any

import pytest
import requests
from starlette.requests import Request

from app.api.client import client_key, client_of, is_this_machine
from app.api.in_flight import InFlightLimiter
from app.api.limits import Limits
from app.api.rate_limiter import RateLimiter
from app.ink.files.decoder_pool import shared_pool
from app.ink.files.decoding import Decoding
from app.ink.files.picture_file import MAX_PICTURE_PIXELS, Page
from app.reading import UnreadableInput
from tests.support.paths import ROOT
from tests.support.service import FREE, INK, coded, read, refused, serving


def test_the_rate_holds_and_says_when_to_come_again() -> None:
    with serving(replace(FREE, rate=6, burst=2, count_loopback=1)) as address:
        body: dict[str, Any] = {"strokes": []}
        left = []
        for _ in range(2):
            response = read(address, body, "application/json")
            assert response.status_code == 200
            assert response.headers["RateLimit-Policy"] == '"reads";q=2;w=20'
            left.append(response.headers["RateLimit"])
        assert left == ['"reads";r=1;t=10', '"reads";r=0;t=20']
        response = read(address, body, "application/json")
        wait = response.headers["Retry-After"]
        assert wait in ("9", "10")
        said = f"Rate limit exceeded: 6 reads a minute. Try again in {wait} s."
        refused(response, 429, "rate_limited", said, "DIGITS_RATE")
        assert response.headers["RateLimit"] == '"reads";r=0;t=20'
        assert requests.get(f"{address}/healthz", timeout=9).status_code == 200


def test_refusals_say_what_is_left_too() -> None:
    with serving(replace(FREE, rate=6, burst=2, count_loopback=1)) as address:
        response = read(address, b"no picture")
        refused(response, 422, "unprocessable")
        assert response.headers["RateLimit"] == '"reads";r=1;t=10'


@pytest.mark.parametrize(
    "header, value, is_limited",
    [
        ("User-Agent", "a program of this machine", False),
        ("X-Forwarded-For", "1.2.3.4", True),  # a proxy on this machine, for another client
        ("X-Real-IP", "1.2.3.4", True),
        ("Forwarded", "for=1.2.3.4", True),
        ("Via", "1.1 proxy", True),
    ],
)
def test_the_limit_is_not_for_programs_of_this_machine(
    header: str, value: str, is_limited: bool
) -> None:
    with serving(replace(FREE, rate=1, burst=1)) as address:
        answers = [
            requests.post(
                f"{address}/api/read", '{"strokes": []}', headers={**INK, header: value}, timeout=9
            )
            for _ in range(3)
        ]
    assert [answer.status_code for answer in answers] == [200] + [429 if is_limited else 200] * 2
    assert ("RateLimit" in answers[0].headers) == is_limited


@pytest.mark.parametrize(
    "peer, headers, proxies, expected",
    [
        ("127.0.0.1", [], 0, True),
        ("127.8.8.8", [], 0, True),
        ("::1", [], 0, True),
        ("::ffff:127.0.0.1", [], 0, True),
        ("10.0.0.1", [], 0, False),
        ("2001:db8::1", [], 0, False),
        ("127.0.0.1", [], 1, False),  # the settings say that there is a proxy
        ("10.0.0.1", [(b"x-forwarded-for", b"127.0.0.1")], 1, False),
        ("10.0.0.1", [(b"x-forwarded-for", b"127.0.0.1")], 0, False),
        ("", [], 0, False),
    ],
)
def test_which_requests_are_of_this_machine(
    peer: str, headers: list[tuple[bytes, bytes]], proxies: int, expected: bool
) -> None:
    request = Request({"type": "http", "client": (peer, 1), "headers": headers})
    assert is_this_machine(request, client_of(request, proxies), proxies) == expected


@pytest.mark.parametrize(
    "peer, forwarded, proxies, expected",
    [
        ("10.0.0.1", "", 0, "10.0.0.1"),
        ("10.0.0.1", "1.2.3.4", 0, "10.0.0.1"),  # anyone can send that header
        ("10.0.0.1", "1.2.3.4", 1, "1.2.3.4"),
        ("10.0.0.1", "9.9.9.9, 1.2.3.4", 1, "1.2.3.4"),  # the client invented the first
        ("10.0.0.1", "1.2.3.4, 10.0.0.9", 2, "1.2.3.4"),
        ("10.0.0.1", "1.2.3.4", 2, "1.2.3.4"),
        ("10.0.0.1", "", 1, "10.0.0.1"),
        ("10.0.0.1", "junk", 1, "10.0.0.1"),
        ("10.0.0.1", "1.2.3.4:5678", 1, "1.2.3.4"),  # as some proxies write it
        ("10.0.0.1", "[2001:db8::1]:5678", 1, "2001:db8::/64"),
        ("10.0.0.1", "[", 1, "10.0.0.1"),
        ("2001:db8:1:2:3::4", "", 0, "2001:db8:1:2::/64"),  # a household has the whole network
        ("::ffff:1.2.3.4", "", 0, "1.2.3.4"),
        ("", "", 0, ""),
    ],
)
def test_who_asks(peer: str, forwarded: str, proxies: int, expected: str) -> None:
    assert client_key(peer, forwarded, proxies) == expected


def test_a_bucket_fills_at_its_rate() -> None:
    now = 0.0
    limiter = RateLimiter(rate=60, burst=2, clock=lambda: now)
    assert [limiter.take("a") for _ in range(3)] == [0, 0, 1]
    assert limiter.take("b") == 0  # another client
    now = 1.0
    assert [limiter.take("a") for _ in range(2)] == [0, 1]
    now = 100.0
    assert [limiter.take("a") for _ in range(3)] == [0, 0, 1]  # no more than a burst


def test_a_charge_takes_what_is_there() -> None:
    now = 0.0
    limiter = RateLimiter(rate=60, burst=5, clock=lambda: now)
    limiter.charge("a", 3)
    assert [limiter.take("a") for _ in range(3)] == [0, 0, 1]
    limiter.charge("a", 30)  # more than there is, which becomes no debt
    now = 1.0
    assert [limiter.take("a") for _ in range(2)] == [0, 1]
    assert limiter.take("b") == 0  # another client


def test_a_charge_may_become_a_debt() -> None:
    now = 0.0
    limiter = RateLimiter(rate=60, burst=5, clock=lambda: now)
    limiter.charge("a", 30, debt_seconds=10)
    assert limiter.is_in_debt("a")
    assert not limiter.is_in_debt("b")
    assert limiter.take("a") == 11
    assert limiter.headers("a")["RateLimit"] == '"reads";r=0;t=15'
    now = 11.0
    assert not limiter.is_in_debt("a")
    assert [limiter.take("a") for _ in range(2)] == [0, 1]


@pytest.mark.parametrize("seconds, status", [(1.0, 200), (8.0, 429)])
def test_a_file_that_takes_a_decoder_long_costs_its_client_many_reads(
    seconds: float, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decode(content: bytes, max_pixels: int, decoding: Decoding) -> Page:
        decoding.spent_seconds = seconds  # of the 15 that large pictures have
        raise UnreadableInput("expected a picture that is decoded in 15 s, got one that needs more")

    with serving(Limits(rate=60, burst=5, count_loopback=1)) as address:
        with monkeypatch.context() as slow:
            slow.setattr(shared_pool(), "decode", decode)
            assert read(address, coded(".png")).status_code == 422
        answer = read(address, {"strokes": []}, "application/json")
        assert answer.status_code == status
        if status == 429:
            assert 40 < int(answer.headers["Retry-After"]) <= 61


def test_requests_that_ended_are_not_counted() -> None:
    limiter = InFlightLimiter(4)
    with limiter.admit("a") as first, limiter.admit("a") as second, limiter.admit("a") as third:
        assert (first, second, third) == (True, True, False)
    with limiter.admit("a") as again:
        assert again


@pytest.mark.parametrize("text", ["", "-1", "0", "1.5", "many", "1" * 20, "²"])
def test_a_limit_that_is_none_is_refused_at_the_start(text: str) -> None:
    with pytest.raises(ValueError, match=r"DIGITS_POINTS: expected a whole number from 1 on, got"):
        Limits.from_environment({"DIGITS_POINTS": text})


@pytest.mark.parametrize(
    "name, text, expected",
    [
        ("DIGITS_COUNT_LOOPBACK", "2", "from 0 to 1"),
        ("DIGITS_PIXELS", "50000001", "from 1 to 50000000"),
        ("DIGITS_READS", "100000000000", "from 1 to 1024"),  # took all memory
    ],
)
def test_a_limit_that_is_too_large_is_refused_at_the_start(
    name: str, text: str, expected: str
) -> None:
    with pytest.raises(ValueError, match=f"{name}: expected a whole number {expected}, got"):
        Limits.from_environment({name: text})


def test_limits_come_from_the_environment() -> None:
    assert Limits.from_environment({"DIGITS_POINTS": "7", "POINTS": "8"}) == Limits(points=7)


def test_two_clients_cannot_take_all_places() -> None:
    limiter = InFlightLimiter(16)
    taken = dict.fromkeys(("first", "second", "third"), 0)
    for client in taken:
        while limiter.has_place(client):
            limiter.start(client)
            taken[client] += 1
    assert taken == {"first": 8, "second": 4, "third": 2}
    assert limiter.has_place("fourth")


def test_a_single_place_goes_to_whoever_asks() -> None:
    limiter = InFlightLimiter(1)
    with limiter.admit("first") as is_admitted:
        assert is_admitted
        assert not limiter.has_place("second")
    assert limiter.has_place("second")


def test_keys_of_clients_are_short_however_long_the_header_is() -> None:
    cases = [  # header, trusted proxies
        ("9" * 60_000, 1),
        (f"fe80::1%{'x' * 60_000}", 1),
        (", ".join(["1.2.3.4"] * 9_000), 3),
    ]
    for header, proxies in cases:
        scope = {
            "type": "http",
            "client": ("5.6.7.8", 1),
            "headers": [(b"x-forwarded-for", header.encode())],
        }
        assert len(client_of(Request(scope), proxies)) < 64
    client_key.cache_clear()
    client_of(Request(scope), 3)
    assert client_key("5.6.7.8", "1.2.3.4", 0) == "5.6.7.8"


def test_page_service_and_command_have_one_limit_of_pixels_and_one_of_bytes() -> None:
    limits = Limits.from_environment({})
    assert limits.pixels == MAX_PICTURE_PIXELS
    config = tomllib.loads((ROOT / "app/.streamlit/config.toml").read_text())
    assert limits.body_bytes == config["server"]["maxUploadSize"] * 1_000_000  # of the browser
