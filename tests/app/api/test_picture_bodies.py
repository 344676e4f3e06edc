"""Pictures as web pages and careless programs send them, and limits that apply before decoding."""

import base64
import json
import threading
import tracemalloc
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import requests
from starlette.formparsers import MultiPartParser

from app.api.errors import ApiError
from app.api.picture_body import max_text_bytes, picture_file
from tests.support.service import FREE, coded, read, refused, serving, short, strokes

PNG = coded(".png")
BASE64 = base64.b64encode(PNG).decode()
URL = f"data:image/png;base64,{BASE64}"
FORM = "application/x-www-form-urlencoded"
TEXT = "text/plain;charset=UTF-8"  # the type that fetch sends for a string


@pytest.mark.parametrize(
    "body, kind",
    [
        ({"image": URL}, "application/json"),
        (json.dumps({"image": URL}, indent=4).encode(), "application/json"),
        (json.dumps({"image": URL}).encode("utf-16"), "application/json"),
        (json.dumps({"image": URL}).replace("/", "\\/").encode(), "application/json"),  # from PHP
        ({"image": URL}, ""),
        (URL.encode(), TEXT),
        (URL.encode(), ""),
        (f"DATA:;BASE64,{BASE64}".encode(), TEXT),
        (f"data:image/png;charset=x;base64,{BASE64}".encode(), TEXT),
        (b"data:image/png;base64," + base64.encodebytes(PNG), TEXT),  # in lines
        (urlencode({"image": URL}).encode(), FORM),
        (f"file={quote(URL, safe='')}&more=1".encode(), FORM),
        (f"image={URL}&more=1".encode(), FORM),  # not escaped at all
        (PNG, FORM),  # curl --data-binary @digits.png
        (PNG, ""),
        (PNG, "text/plain"),
    ],
    ids=short,
)
def test_a_picture_is_read_however_it_is_sent(address: str, body: Any, kind: str) -> None:
    response = read(address, body, kind)
    assert (response.status_code, response.json().get("text")) == (200, "3"), response.text


@pytest.mark.parametrize("name", ["image", "file"])
def test_a_data_url_is_read_as_a_forms_field(address: str, name: str) -> None:
    response = requests.post(f"{address}/api/read", files={name: (None, URL)}, timeout=60)
    assert response.json()["text"] == "3"


def test_a_body_without_a_type_is_sent_without_one(address: str) -> None:
    request = requests.Request("POST", f"{address}/api/read", data=PNG).prepare()
    assert "Content-Type" not in request.headers
    with requests.Session() as session:
        assert session.send(request, timeout=60).json()["text"] == "3"


@pytest.mark.parametrize("kind", ["", "text/plain", FORM, "application/json"])
def test_strokes_are_read_without_a_type_too(address: str, kind: str) -> None:
    assert read(address, {"strokes": strokes(4)}, kind).json()["text"] == "4"


@pytest.mark.parametrize("extra", [{}, {"pressure": 0.5, "time": 1_700_000_000_000, "id": "a"}])
def test_points_may_be_objects(address: str, extra: dict[str, Any]) -> None:
    objects = [[{"x": x, "y": y, **extra} for x, y in stroke] for stroke in strokes(4)]
    expected = read(address, {"strokes": strokes(4)}, "application/json").json()
    assert read(address, {"strokes": objects}, "application/json").json() == expected
    mixed = [objects[0], *strokes(4)[1:]]
    assert read(address, {"strokes": mixed}, "application/json").json() == expected


def test_a_form_of_many_parts_is_refused_before_it_is_parsed(address: str) -> None:
    kind = "multipart/form-data; boundary=xa"
    answer = read(address, b"--xa" + b"\r\n--xa" * 500_000, kind)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith("The form has 500,000 parts.")


def test_what_surrounds_a_form_is_not_parsed(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[tuple[int, str]] = []
    parse = MultiPartParser.parse

    async def watched(self: Any) -> Any:
        parsed.append((self.spool_max_size, threading.current_thread().name))
        return await parse(self)

    monkeypatch.setattr(MultiPartParser, "parse", watched)
    form, kind = requests.models.RequestEncodingMixin._encode_files({"image": PNG}, {})
    for before, after in ((b"", b""), (b"\r\n" * 1_000_000, b"\r\n" * 1_000_000)):
        assert read(address, before + form + after, kind).json()["text"] == "3"
    (size, thread), surrounded = parsed
    assert surrounded == (size, thread)
    assert thread.startswith("form")  # and not in the event loop's, which serves others meanwhile


@pytest.mark.parametrize("start", ["single=true&", "a=&b=2&"])
def test_other_fields_may_stand_before_a_data_url(address: str, start: str) -> None:
    form = (start + "image=" + URL).encode()
    kind = "application/x-www-form-urlencoded"
    assert read(address, form, kind).json()["text"] == read(address, {"image": URL}).json()["text"]


@pytest.mark.parametrize(
    "body, status, code, words",
    [
        ({"strokes": [[{"x": 1}]]}, 422, "unprocessable", 'expected an object with "y", got one'),
        ({"strokes": [[{"x": 1, "y": "2"}]]}, 422, "unprocessable", "a number, got a string"),
        ({"strokes": [[{"x": 1, "y": 1e7}]]}, 422, "unprocessable", "<= 1000000.0"),
        ({"image": 5}, 422, "unprocessable", "at $.image, expected a string, got a number"),
        ({"image": "digits.png"}, 422, "unprocessable", "data:image/png;base64,"),
        ({"image": BASE64}, 422, "unprocessable", "at $.image, expected a data URL, got another"),
        ({"picture": URL}, 422, "unprocessable", 'or for a picture {"image": "data:image/png;'),
        ({"image": "http://example.org/a.png"}, 422, "unprocessable", "data:image/png;base64,"),
        ({"image": URL, "more": 1}, 422, "unprocessable", 'object without "more", got one'),
        ({"image": "data:image/png,%89PNG"}, 422, "unprocessable", "not valid base64. Send data:"),
        ({"image": "data:image/png;base64,a"}, 422, "unprocessable", "not valid base64: "),
        ({"image": "data:image/png;base64,Ω==="}, 400, "invalid_request", "not JSON of a picture"),
        ({"image": "data:image/png;base64,aaaa"}, 422, "unprocessable", "(PNG, JPEG,"),
        ({"image": "data:;base64,"}, 422, "unprocessable", "(PNG, JPEG,"),
        (b'{"image": "data:', 400, "invalid_request", "not JSON of a picture"),
        ({"strokes": [], "image": URL}, 422, "unprocessable", 'object without "image", got one'),
    ],
    ids=short,
)  # fmt: skip
def test_bodies_that_are_not_pictures_are_refused(
    address: str, body: Any, status: int, code: str, words: str
) -> None:
    refused(read(address, body, "application/json"), status, code, words)


@pytest.mark.parametrize(
    "body, kind, max_bytes",
    [
        (b"data:;base64," + b"A" * 20_000, TEXT, 10_000),
        (b'{"image": "data:;base64,' + b"A" * 20_000 + b'"}', "application/json", 10_000),
        (b"image=data:;base64," + b"A" * 20_000, FORM, 10_000),
        (b"data:;base64," + b"A" * 13_400, TEXT, 10_000),  # within the limit of a text
        (b"\x89PNG" + b"\x00" * 10_000, "", 10_000),
        (b"\x89PNG" + b"\x00" * 10_000, "image/png", 10_000),
        (b'{"strokes": [' + b" " * 5_000 + b"]}", "", 5_000),
        (b'{"strokes": [' + b" " * 5_000 + b"]}", "application/json", 5_000),
    ],
    ids=short,
)
def test_large_bodies_are_refused_by_their_length(
    body: bytes, kind: str, max_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decode(*_: object) -> None:
        raise AssertionError("a body was decoded")

    monkeypatch.setattr("app.api.reader.decode_ink", decode)
    monkeypatch.setattr("app.api.picture_body.binascii.a2b_base64", decode)
    with serving(replace(FREE, body_bytes=10_000, ink_bytes=5_000)) as address:
        response = read(address, body, kind)
    limit = max_bytes if len(body) < max_text_bytes(replace(FREE, body_bytes=10_000)) else None
    refused(response, 413, "payload_too_large", f"{limit:,} bytes" if limit else "bytes")


@pytest.mark.parametrize("file_bytes, is_read", [(9_999, True), (10_000, True), (10_001, False)])
def test_the_limit_is_on_the_file_not_on_its_base64(file_bytes: int, is_read: bool) -> None:
    limits = replace(FREE, body_bytes=10_000)
    content = b"\x00" * file_bytes
    url = b"data:image/png;base64," + base64.b64encode(content)
    assert len(url) < max_text_bytes(limits)
    if is_read:
        assert picture_file(url, limits) == content
    else:
        with pytest.raises(ApiError, match="10,000 bytes"):
            picture_file(url, limits)


def test_endless_escapes_do_not_take_memory() -> None:
    body = b"image=data:;base64," + b"%41" * 3_000_000
    tracemalloc.start()
    with pytest.raises(ApiError):
        picture_file(body, FREE)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * len(body)


def test_a_large_data_url_does_not_stop_the_server() -> None:
    body = b"data:image/png;base64," + base64.b64encode(PNG + b"\x00" * (7 << 20))
    with serving(FREE) as address:
        assert requests.get(f"{address}/readyz", timeout=60).status_code == 200
        reader = threading.Thread(target=read, args=(address, body, TEXT))
        reader.start()
        waits = []
        while reader.is_alive():
            answer = requests.get(f"{address}/healthz", timeout=9)
            waits.append(answer.elapsed.total_seconds())
        assert max(waits) < 1
