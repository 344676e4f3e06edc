"""What the service refuses, with which code and which message."""

import http.client
import json
import struct
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import requests

from app.api.errors import ApiError
from app.api.reader import Reader
from tests.support.service import (
    FREE,
    INK,
    coded,
    drawn,
    jpeg_saying,
    png,
    read,
    refused,
    serving,
    short,
)

DEEP = b'{"strokes": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"
MILLION = b'{"strokes": [[' + b",".join([b"[1,2]"] * 1_000_000) + b"]]}"
BAD_INK = [
    (b"", 400, "invalid_request", "The body is empty. Send a picture or strokes."),
    (b"{", 400, "invalid_request", "not JSON"),
    (b"\xff\xfe{}", 400, "invalid_request", "not JSON"),
    (b"\x89PNG\r\n", 400, "invalid_request", "or a picture with its own type"),
    (b'{"strokes": [[[1, 2]]]} x', 400, "invalid_request", "not JSON: trailing characters"),
    (b'{"strokes": "\xed\xa0\x80"}', 400, "invalid_request", "not JSON"),  # a lone surrogate
    (DEEP, 422, "unprocessable", "at $.strokes[0][0][0], expected a number, got an array. Send"),
    (MILLION, 413, "payload_too_large", "Send at most 1,048,576 bytes."),
    (b'{"strokes": [[' + b",".join([b"[1,2]"] * 20_001) + b"]]}", 422, "too_many_points", "20,001"),
    (b'{"strokes": [' + b",".join([b"[]"] * 501) + b"]}", 422, "too_many_points", "501"),
    (b'{"strokes": [[[NaN, 1]]]}', 400, "invalid_request", "no NaN"),
    (b'{"strokes": [[[1, -Infinity]]]}', 400, "invalid_request", "Infinity"),
    (
        b'{"strokes": [[[1e999, 1]]]}',
        422,
        "unprocessable",
        "at $.strokes[0][0][0], number out of range",
    ),
    (
        b'{"strokes": [[[1, ' + b"9" * 400 + b"]]]}",
        422,
        "unprocessable",
        "number out of range. Send",
    ),
    (b'{"strokes": [[[1000001, 1]]]}', 422, "unprocessable", "finite coordinates within ±1e+06"),
    (b'{"strokes": [[[1, -1e7]]]}', 422, "unprocessable", "finite coordinates within ±1e+06"),
    (b'{"strokes": [[["1", "2"]]]}', 422, "unprocessable", "expected a number, got a string"),
    (
        b'{"strokes": [[[true, false]]]}',
        422,
        "unprocessable",
        "expected a number, got true or false",
    ),
    (
        b'{"strokes": [[[1, null]]]}',
        422,
        "unprocessable",
        "at $.strokes[0][0][1], expected a number, got null",
    ),
    (
        b'{"strokes": [[[1]]]}',
        422,
        "unprocessable",
        "at $.strokes[0][0], expected an array of length >= 2.",
    ),
    (
        b'{"strokes": [[[1, 2, null]]]}',
        422,
        "unprocessable",
        "at $.strokes[0][0][2], expected a number, got null",
    ),
    (
        b'{"strokes": [[1, 2]]}',
        422,
        "unprocessable",
        "at $.strokes[0][0], expected an object or an array, got a number",
    ),
    (
        b'{"strokes": ["12"]}',
        422,
        "unprocessable",
        "at $.strokes[0], expected an object or an array, got a string",
    ),
    (
        b'{"strokes": {"0": []}}',
        422,
        "unprocessable",
        "at $.strokes, expected an array, got an object",
    ),
    (b'{"strokes": null}', 422, "unprocessable", "at $.strokes, expected an array, got null"),
    (
        b'{"strokes": [], "more": 1}',
        422,
        "unprocessable",
        'expected an object without "more", got one with it. Send',
    ),
    (
        b'{"strokes": [], "single": true}',
        422,
        "unprocessable",
        'without "single", got one with it; to set it, write ?single=true after the address. Send',
    ),
    (
        b'{"image": "data:,", "single": true}',
        422,
        "unprocessable",
        "write ?single=true after the address. Send",
    ),
    (b"{}", 422, "unprocessable", 'expected an object with "strokes", got one without. Send'),
    (b"[1]", 422, "unprocessable", "at $[0], expected an object or an array, got a number"),
    (
        b'[{"points": [[1, 2]]}]',
        422,
        "unprocessable",
        "at $[0].points[0], expected an object, got an array",
    ),
    (
        b"[{}]",
        422,
        "unprocessable",
        'at $[0], expected an object with "points", or with "x" and "y"',
    ),
    (b'[{"x": [1], "y": [1, 2]}]', 422, "unprocessable", "at $[0], expected xs and ys of equal"),
    (b'{"x": [1], "y": [null]}', 422, "unprocessable", "at $.y[0], expected a number, got null"),
    (
        b"[]\n[]",
        400,
        "invalid_request",
        "trailing characters (byte 4), where a request is one drawing",
    ),
    (
        b'{"drawing": [[[1]]]}',
        422,
        "unprocessable",
        "at $.drawing[0], expected an array of length >= 2. Send",
    ),
    (b'{"drawing": [[[1], [1, 2]]]}', 422, "unprocessable", "equal length, got 1 and 2 numbers"),
    (b"<ink><trace>1 2", 422, "unprocessable", "expected InkML, got XML that is broken"),
    (b"<ink><trace>" + b"1 2," * 20_001, 422, "too_many_points", "20,001 points"),
    (b"<?xml version='1.0'?><svg/>", 422, "unprocessable", "root is <ink>, got <svg>"),
    (
        b'"text"',
        422,
        "unprocessable",
        "The body is not a drawing: expected an object, got a string. Send",
    ),
]


@pytest.mark.parametrize("body, status, code, word", BAD_INK, ids=short)
def test_bad_strokes_are_refused(
    address: str, body: bytes, status: int, code: str, word: str
) -> None:
    refused(read(address, body, "application/json"), status, code, word)


BAD_PICTURES = [
    (b"", 400, "invalid_request", "empty"),
    (b"\x00" * 1000, 422, "unprocessable", "PNG"),
    (b"GIF89a", 422, "unprocessable", "PNG"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 422, "unprocessable", "PNG"),
    (b"P5 2 2 255 \x00\x00\x00\x00", 422, "unprocessable", "PNG"),  # a format not offered
    (coded(".png")[:30], 422, "unprocessable", "picture"),
    (coded(".jpg")[:100], 422, "unprocessable", "picture"),
    (png(0, 10), 422, None, ""),
    (png(60_000, 60_000), 422, "too_many_pixels", "50,000,000"),
    (png(9_000, 6_000), 422, "too_many_pixels", "9,000 x 6,000"),
    (png(6_000, 5_000, is_transparent=True), 422, "too_many_pixels", "25,000,000"),
    (png(6_000, 5_000, depth=16), 422, "too_many_pixels", "25,000,000"),
    (png(2**31 - 1, 2**31 - 1), 422, "too_many_pixels", ""),
    (png(3_000, 3_000, b"\x00"), None, None, ""),  # truncated: may be read or refused
    (jpeg_saying(65_000, 65_000), 422, "too_many_pixels", ""),
    (b"BM" + struct.pack("<IIIIiiHHIIiiII", 90, 0, 54, 40, 70_000, 70_000, 1, 24, 0, 0, 0, 0, 0, 0),
     422, "too_many_pixels", "70,000 x 70,000"),
    (coded(".png") + b"\x00" * 20_000_000, 413, "payload_too_large", "20,000,000"),
]  # fmt: skip


@pytest.mark.parametrize("body, status, code, word", BAD_PICTURES, ids=short)
def test_bad_pictures_are_refused_quickly(
    address: str, body: bytes, status: int | None, code: str | None, word: str
) -> None:
    start = time.monotonic()
    response = read(address, body)
    assert time.monotonic() - start < 5  # seconds; a decoded bomb takes longer
    if status is None:
        assert response.status_code in (200, 422), response.text
        return
    refused(response, status, code or response.json()["error"]["code"], word)


@pytest.mark.parametrize("kind", [".png", ".jpg", ".webp", ".bmp", ".gif", ".tiff"])
def test_a_damaged_picture_is_read_or_refused(kind: str) -> None:
    reader, chance = Reader(FREE), np.random.default_rng(0)
    whole = np.frombuffer(coded(kind, np.dstack([drawn()] * 3)), np.uint8)
    outcomes = Counter[str]()
    for _ in range(60):
        damaged = whole.copy()
        places = chance.integers(0, min(len(whole), 400), 3)  # most structure is at the start
        damaged[places] = chance.integers(0, 256, 3)
        content = damaged[: chance.integers(1, len(whole)) if chance.random() < 0.3 else None]
        try:
            outcomes[type(reader.read_image(content.tobytes(), False)).__name__] += 1
        except ApiError as refusal:
            outcomes[refusal.code] += 1
    assert set(outcomes) <= {"bytes", "unprocessable", "too_many_pixels"}
    assert outcomes["unprocessable"] > 0


@pytest.mark.parametrize(
    "kind", ["text/html", "image", "image/", "application/zip", "multipart/mixed", "*/*"]
)
def test_other_content_types_are_refused(address: str, kind: str) -> None:
    refused(
        read(address, coded(".png"), kind), 415, "unsupported_media_type", "image type", repr(kind)
    )


@pytest.mark.parametrize(
    "body",
    [
        b"no form at all",
        b"--x\r\n\r\n\r\n--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nvalue\r\n--x--\r\n',
        b'--x\r\nContent-Disposition: form-data; name="a"; filename="f"\r\n\r\n\r\n--x--\r\n',
        b'--x\r\nContent-Disposition: form-data; name="a"; filename="f"\r\n\r\nxy\r\n' * 2,
        b"--x",
    ],
)
def test_bad_forms_are_refused(address: str, body: bytes) -> None:
    refused(read(address, body, "multipart/form-data; boundary=x"), 400, "invalid_request")
    refused(read(address, body, "multipart/form-data"), 400, "invalid_request")


def test_a_body_of_unsaid_length_is_cut_at_the_limit(address: str) -> None:
    sent = 0

    def pieces() -> Iterator[bytes]:
        nonlocal sent
        while sent < 64 << 20:
            sent += 1 << 16
            yield b"\x00" * (1 << 16)

    try:
        response = read(address, pieces())
    except requests.ConnectionError:  # the server closed while this client was still sending
        response = None
    assert response is None or response.status_code == 413
    assert sent < 32 << 20


def test_a_slow_body_is_given_up() -> None:
    with serving(replace(FREE, body_seconds=1)) as address:
        connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=20)
        connection.putrequest("POST", "/api/read")
        connection.putheader("Content-Type", "image/png")
        connection.putheader("Content-Length", "100")
        connection.endheaders(b"\x89PNG")
        response = connection.getresponse()
        assert response.status == 408
        assert json.load(response)["error"]["code"] == "request_timeout"


@pytest.mark.parametrize("path", ["/api/other", "/api/read/", "/api/../x", "/x"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_other_paths_are_not_found(address: str, path: str, method: str) -> None:
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=9)
    connection.request(method, path)  # unchanged: another client would normalise the path first
    response = connection.getresponse()
    body = response.read()
    assert response.status == 404
    assert response.headers["Content-Type"] == "application/json"
    if method == "GET":
        said = "Nothing is served at this path. GET /api/openapi.json lists the paths that are."
        assert json.loads(body) == {"error": {"code": "not_found", "message": said}}


@pytest.mark.parametrize(
    "method, path, allow, said",
    [
        ("GET", "/api/read", "POST", "This path does not take GET. Use POST."),
        ("HEAD", "/api/read", "POST", None),
        ("OPTIONS", "/api/read", "POST", "This path does not take OPTIONS. Use POST."),
        ("POST", "/api/model", "GET, HEAD", "This path does not take POST. Use GET or HEAD."),
        ("DELETE", "/readyz", "GET, HEAD", "This path does not take DELETE. Use GET or HEAD."),
        ("X" * 30, "/healthz", "GET, HEAD", f"This path does not take {'X' * 20}."),  # cut short
    ],
)
def test_other_methods_are_not_allowed(
    address: str, method: str, path: str, allow: str, said: str | None
) -> None:
    response = requests.request(method, address + path, timeout=9)
    assert response.status_code == 405
    assert response.headers["Allow"] == allow
    if said:
        refused(response, 405, "method_not_allowed", said)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/api/model", "/api/openapi.json"])
def test_what_can_be_got_can_be_asked_for_its_headers(address: str, path: str) -> None:
    head, get = (requests.request(method, address + path, timeout=30) for method in ("HEAD", "GET"))
    assert (head.status_code, head.content) == (get.status_code, b"") == (200, b"")
    assert head.headers["Content-Length"] == str(len(get.content))


def test_no_other_site_may_read_answers(address: str) -> None:
    origin = {"Origin": "https://elsewhere.example", **INK}
    body = json.dumps({"strokes": []})
    response = requests.post(f"{address}/api/read", body, headers=origin, timeout=9)
    assert not [name for name in response.headers if name.lower().startswith("access-control")]
