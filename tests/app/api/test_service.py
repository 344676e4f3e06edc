"""The HTTP service: what it reads, what it refuses and in which words, and that it stays awake.

A real server in this process, on a port of its own, asked by real connections.
"""

import http.client
import io
import json
import struct
import tempfile
import threading
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import requests
import schemathesis
import uvicorn
from hypothesis import HealthCheck, configuration, settings
from numpy.typing import NDArray
from openapi_spec_validator import validate
from PIL import Image
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from app.api import service
from app.api.client import client_key
from app.api.errors import ApiError
from app.api.headers import SafeHeaders
from app.api.in_flight import InFlightLimiter
from app.api.limits import Limits
from app.api.openapi import description
from app.api.rate_limiter import RateLimiter
from app.api.reader import Reader
from app.ink import image as picture
from app.recognizer import Recognizer
from tests.support.drawings import placed
from tests.support.pictures import large_photograph

# Else Hypothesis keeps a folder at the root, though no example is stored.
configuration.set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "hypothesis")
FREE = Limits(rate=0)  # no limit on how often, as one client asks for all tests
INK = {"Content-Type": "application/json"}


@contextmanager
def serving(limits: Limits = FREE, reader: Reader | None = None) -> Iterator[str]:
    """Serves the service alone; yields its address."""
    app = SafeHeaders(service.create(limits, reader))
    config = uvicorn.Config(app, port=0, log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started:
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving() as address:
        yield address


def strokes(digit: int) -> list[list[list[float]]]:
    return [stroke.tolist() for stroke in placed(digit, 20, 20, 160)]


def drawn(digit: int = 3) -> NDArray[np.uint8]:
    """A digit in dark ink on white, uint8 (200, 200)."""
    sheet = np.full((200, 200), 255, np.uint8)
    for stroke in placed(digit, 20, 20, 160):
        cv2.polylines(sheet, [stroke.round().astype(np.int32)], False, 20, 12, cv2.LINE_AA)
    return sheet


def coded(kind: str, image: NDArray[Any] | None = None) -> bytes:
    return cv2.imencode(kind, drawn() if image is None else image)[1].tobytes()


def by_pillow(kind: str, mode: str) -> bytes:
    made = io.BytesIO()
    Image.fromarray(drawn()).convert(mode).save(made, kind)
    return made.getvalue()


def png(width: int, height: int, pixels: bytes = b"") -> bytes:
    """A PNG of 8-bit grey whose header says this size, whatever its pixels are."""

    def chunk(name: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + check

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(pixels)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def jpeg_saying(width: int, height: int) -> bytes:
    """A JPEG of 200 x 200 pixels whose frame header says another size."""
    content = bytearray(coded(".jpg"))
    frame = content.index(b"\xff\xc0")
    content[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(content)


def short(value: object) -> str:
    """A case's name: the body of some is long."""
    return repr(value)[:24]


def read(address: str, body: Any, kind: str = "image/png", query: str = "") -> requests.Response:
    content = json.dumps(body).encode() if isinstance(body, dict | list) else body
    where = f"{address}/api/read{query}"
    return requests.post(where, content, headers={"Content-Type": kind}, timeout=60)


def refused(response: requests.Response, status: int, code: str, *words: str) -> None:
    """Asserts that this is a refusal in the one shape, and that its message has the words."""
    assert response.status_code == status, response.text
    assert set(response.json()) == {"error"}
    error = response.json()["error"]
    assert set(error) == {"code", "message"}
    assert error["code"] == code, error
    for word in words:
        assert word in error["message"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("digit", range(10))
def test_strokes_are_read_as_from_python(address: str, recognizer: Recognizer, digit: int) -> None:
    expected = recognizer.read_ink(strokes(digit))
    response = read(address, {"strokes": strokes(digit)}, "application/json; charset=utf-8")
    assert response.status_code == 200
    found = response.json()
    assert found["text"] == expected.text == str(digit)
    assert found["numbers"] == [str(digit)]
    assert found["model_run"] == recognizer.metadata["run"]
    (one,) = found["digits"]
    assert one["value"] == digit
    assert one["confidence"] == pytest.approx(expected.digits[0].confidence, abs=1e-6)
    assert one["probabilities"] == pytest.approx(expected.digits[0].probabilities, abs=1e-6)
    assert one["box"] == pytest.approx(expected.digits[0].box)
    assert (one["number_index"], one["line_index"]) == (0, 0)


@pytest.mark.parametrize(
    "body, kind",
    [
        (coded(".png"), "image/png"),
        (coded(".jpg"), "image/jpeg"),
        (coded(".webp"), "image/webp"),
        (coded(".bmp"), "image/bmp"),
        (coded(".tiff"), "image/tiff"),
        (coded(".gif", np.dstack([drawn()] * 3)), "image/gif"),
        (coded(".png"), "application/octet-stream"),
        (coded(".png"), "IMAGE/X-ANYTHING; q=1"),  # the bytes say what it is
        (coded(".png", drawn().astype(np.uint16) * 257), "image/png"),  # 16 bits a channel
        (by_pillow("PNG", "P"), "image/png"),  # a palette
        (by_pillow("PNG", "1"), "image/png"),  # a bit a pixel
        (by_pillow("JPEG", "CMYK"), "image/jpeg"),
    ],
    ids=short,
)
def test_pictures_are_read_as_from_python(
    address: str, recognizer: Recognizer, body: bytes, kind: str
) -> None:
    expected = recognizer.read_image(picture.decode(body))
    found = read(address, body, kind).json()
    assert found["text"] == expected.text == "3"
    assert found["digits"][0]["box"] == pytest.approx(expected.digits[0].box)
    assert found["digits"][0]["confidence"] == pytest.approx(
        expected.digits[0].confidence, abs=1e-6
    )


def test_a_form_with_a_file_is_read(address: str) -> None:
    form = {"file": ("three.png", coded(".png"), "image/png")}
    response = requests.post(f"{address}/api/read", files=form, timeout=60)
    assert response.json()["text"] == "3"


NAME = "chosen-by-a-visitor.png"


@pytest.mark.parametrize(
    "chosen",
    [
        NAME,
        f"../{NAME}",
        f"../../{NAME}",
        f"..\\..\\{NAME}",  # as another system writes it
        f"folder/{NAME}",  # which is there
        "{absolute}",
        f"../../{NAME}\0.txt",  # where C's strings end
        f"%2e%2e%2f{NAME}",  # as in an address
    ],
)
def test_a_file_is_never_put_where_its_name_says(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: str
) -> None:
    inner = tmp_path / "one" / "two"
    (inner / "folder").mkdir(parents=True)
    monkeypatch.chdir(inner)  # the server's too, which is this process
    monkeypatch.setattr(tempfile, "tempdir", str(inner / "folder"))
    before = sorted(tmp_path.rglob("*"))
    chosen = chosen.format(absolute=tmp_path / NAME)
    head = f'Content-Disposition: form-data; name="{chosen}"; filename="{chosen}"\r\n\r\n'
    form = b"--x\r\n" + head.encode() + coded(".png") + b"\r\n--x--\r\n"
    response = read(address, form, "multipart/form-data; boundary=x")
    assert (response.status_code, response.json()["text"]) == (200, "3")
    assert NAME not in response.text
    assert sorted(tmp_path.rglob("*")) == before
    app = Path(service.__file__).parents[1]
    for folder in (*tmp_path.parents, app, app.parent, app.parent / "models"):
        assert not list(folder.glob(f"*{NAME}*"))


def test_a_forms_file_stays_in_memory(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "TemporaryFile", None)  # calling it would fail
    large = coded(".bmp", cv2.resize(drawn(), (1500, 1500)))
    assert len(large) > 2_000_000  # above 1 MiB the parser would use the disk by itself
    form = {"file": ("three.bmp", large, "image/bmp")}
    assert requests.post(f"{address}/api/read", files=form, timeout=60).json()["text"] == "3"


def test_single_takes_all_ink_for_one_character(address: str) -> None:
    two = [*strokes(1), *[stroke.tolist() for stroke in placed(1, 220, 20, 160)]]
    assert (
        read(address, {"strokes": two}, "application/json").json()["text"].replace(" ", "") == "11"
    )
    single = read(address, {"strokes": two}, "application/json", "?single=true").json()
    assert len(single["digits"]) == 1
    refused(read(address, coded(".png"), query="?single=yes"), 422, "unprocessable", "'yes'")


@pytest.mark.parametrize(
    "body, kind",
    [
        ({"strokes": []}, "application/json"),
        ({"strokes": [[]]}, "application/json"),
        (png(1, 1, b"\x00\xff"), "image/png"),
        (png(30_000, 1, b"\x00" + b"\xff" * 30_000), "image/png"),
    ],
    ids=short,
)
def test_nothing_drawn_is_a_reading_without_digits(address: str, body: Any, kind: str) -> None:
    found = read(address, body, kind).json()
    assert (found["text"], found["numbers"], found["digits"]) == ("", [], [])


DEEP = b'{"strokes": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"
MILLION = b'{"strokes": [[' + b",".join([b"[1,2]"] * 1_000_000) + b"]]}"
BAD_INK = [
    (b"", 400, "invalid_request", "The body is empty. Send a picture or strokes."),
    (b"{", 400, "invalid_request", "not JSON"),
    (b"\xff\xfe{}", 400, "invalid_request", "not JSON"),
    (b'{"strokes": [[[1, 2]]]} x', 400, "invalid_request", "not JSON"),
    (DEEP, 422, "unprocessable", "expected `float`, got `array` at `$.strokes[0][0][0]`"),
    (MILLION, 413, "payload_too_large", "Send at most 1,048,576 bytes."),
    (b'{"strokes": [[' + b",".join([b"[1,2]"] * 20_001) + b"]]}", 422, "too_many_points", "20,001"),
    (b'{"strokes": [' + b",".join([b"[]"] * 501) + b"]}", 422, "too_many_points", "501"),
    (b'{"strokes": [[[NaN, 1]]]}', 400, "invalid_request", "no NaN"),
    (b'{"strokes": [[[1, -Infinity]]]}', 400, "invalid_request", "Infinity"),
    (b'{"strokes": [[[1e999, 1]]]}', 422, "unprocessable", "number out of range at `$.strokes[0]"),
    (b'{"strokes": [[[1, ' + b"9" * 400 + b"]]]}", 422, "unprocessable", "number out of range at"),
    (b'{"strokes": [[[1000001, 1]]]}', 422, "unprocessable", "expected `float` <= 1000000.0 at"),
    (b'{"strokes": [[[1, -1e7]]]}', 422, "unprocessable", "expected `float` >= -1000000.0 at"),
    (b'{"strokes": [[["1", "2"]]]}', 422, "unprocessable", "expected `float`, got `str` at"),
    (b'{"strokes": [[[true, false]]]}', 422, "unprocessable", "expected `float`, got `bool` at"),
    (b'{"strokes": [[[1, null]]]}', 422, "unprocessable", "got `null` at `$.strokes[0][0][1]`"),
    (b'{"strokes": [[[1, 2, 3]]]}', 422, "unprocessable", "expected `array` of length 2 at"),
    (b'{"strokes": [[1, 2]]}', 422, "unprocessable", "got `int` at `$.strokes[0][0]`"),
    (b'{"strokes": ["12"]}', 422, "unprocessable", "got `str` at `$.strokes[0]`"),
    (b'{"strokes": {"0": []}}', 422, "unprocessable", "got `object` at `$.strokes`"),
    (b'{"strokes": null}', 422, "unprocessable", "got `null` at `$.strokes`"),
    (b'{"strokes": [], "more": 1}', 422, "unprocessable", "unknown field `more`"),
    (b"{}", 422, "unprocessable", "missing required field `strokes`"),
    (b"[]", 422, "unprocessable", "expected `object`, got `array`"),
    (b'"text"', 422, "unprocessable", "expected `object`, got `str`"),
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
    (png(60_000, 60_000), 422, "too_many_pixels", "16,000,000"),
    (png(5_000, 5_000), 422, "too_many_pixels", "5,000 x 5,000"),
    (coded(".png", np.zeros((2_001, 2_000, 4), np.uint8)), 422, "too_many_pixels", "4,000,000"),
    (coded(".png", np.zeros((2_001, 2_000, 3), np.uint16)), 422, "too_many_pixels", "4,000,000"),
    (coded(".bmp", np.zeros((2_100, 2_000), np.uint8)), 422, "too_many_pixels", "4,000,000"),
    (png(2**31 - 1, 2**31 - 1), 422, "too_many_pixels", ""),
    (png(3_000, 3_000, b"\x00"), None, None, ""),  # says more than it has: read or refused
    (jpeg_saying(65_000, 65_000), 422, "too_many_pixels", ""),
    (b"BM" + struct.pack("<IIIIiiHHIIiiII", 90, 0, 54, 40, 70_000, 70_000, 1, 24, 0, 0, 0, 0, 0, 0),
     422, "too_many_pixels", "4900000000"),
    (coded(".png") + b"\x00" * (8 << 20), 413, "payload_too_large", "8,388,608"),
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
        places = chance.integers(0, min(len(whole), 400), 3)  # most of what matters is in front
        damaged[places] = chance.integers(0, 256, 3)
        content = damaged[: chance.integers(1, len(whole)) if chance.random() < 0.3 else None]
        try:
            outcomes[type(reader.read_image(content.tobytes(), False)).__name__] += 1
        except ApiError as refusal:
            outcomes[refusal.code] += 1
    assert set(outcomes) <= {"bytes", "unprocessable", "too_many_pixels"}
    assert outcomes["unprocessable"] > 0


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "image", "image/", "application/xml", "multipart/mixed", "*/*"]
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
    except requests.ConnectionError:  # the server closed while this client still sent
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


def test_paths_and_methods_that_are_none(address: str) -> None:
    refused(requests.get(f"{address}/api/other", timeout=9), 404, "not_found")
    response = requests.get(f"{address}/api/read", timeout=9)
    refused(response, 405, "method_not_allowed", "This path does not take GET. Use POST.")
    assert response.headers["Allow"] == "POST"


def test_no_other_site_may_read_answers(address: str) -> None:
    origin = {"Origin": "https://elsewhere.example", **INK}
    body = json.dumps({"strokes": []})
    response = requests.post(f"{address}/api/read", body, headers=origin, timeout=9)
    assert not [name for name in response.headers if name.lower().startswith("access-control")]


def test_the_rate_holds_and_says_when_to_come_again() -> None:
    with serving(replace(FREE, rate=6, burst=2)) as address:
        body = {"strokes": []}
        assert [read(address, body, "application/json").status_code for _ in range(2)] == [200, 200]
        response = read(address, body, "application/json")
        wait = response.headers["Retry-After"]
        assert wait in ("9", "10")
        said = f"Rate limit exceeded: 6 reads a minute. Try again in {wait} s."
        refused(response, 429, "rate_limited", said)
        assert requests.get(f"{address}/healthz", timeout=9).status_code == 200


class SlowReader(Reader):
    """Takes its time without the processor's."""

    def read_image(self, *_: Any) -> bytes:
        time.sleep(1)
        return b"{}"


def test_a_read_does_not_block_others_and_the_busy_server_refuses() -> None:
    with (
        serving(replace(FREE, reads=1, waiting=3), SlowReader(FREE)) as address,
        ThreadPoolExecutor(4) as clients,
    ):
        asked = [clients.submit(read, address, coded(".png")) for _ in range(4)]
        time.sleep(0.3)
        start = time.monotonic()
        assert requests.get(f"{address}/healthz", timeout=9).json() == {"status": "alive"}
        assert time.monotonic() - start < 0.5  # seconds; a blocked loop would take 0.7 or more
        responses = [one.result() for one in asked]
    assert sorted(one.status_code for one in responses) == [200, 200, 429, 429]  # half of 4 places
    busy = next(one for one in responses if one.status_code == 429)
    refused(busy, 429, "concurrency_limited", "4 requests")
    assert int(busy.headers["Retry-After"]) >= 1


NUMBERS = "2026 583 1749"


def test_the_server_answers_others_while_it_reads_large_pictures() -> None:
    body, waited = large_photograph([NUMBERS] * 10), []
    with serving() as address, ThreadPoolExecutor(2) as clients:
        assert requests.get(f"{address}/readyz", timeout=60).status_code == 200
        asked = [clients.submit(read, address, body, "image/jpeg") for _ in range(4)]
        host = address.removeprefix("http://")
        with closing(http.client.HTTPConnection(host, timeout=60)) as connection:
            while not all(one.done() for one in asked):
                asking = time.monotonic()
                connection.request("GET", "/healthz")
                assert json.load(connection.getresponse()) == {"status": "alive"}
                waited.append(time.monotonic() - asking)
                time.sleep(0.01)
    assert [one.result().json()["text"] for one in asked] == ["\n".join([NUMBERS] * 10)] * 4
    assert len(waited) > 20  # a blocked loop answers only between pictures
    assert np.median(waited) < 0.05  # seconds; it takes 1 ms
    assert max(waited) < 1


def test_readings_of_many_at_once_are_not_mixed_up() -> None:
    digits = [number % 10 for number in range(60)]
    with serving(replace(FREE, waiting=30)) as address, ThreadPoolExecutor(12) as clients:
        asked = [
            clients.submit(read, address, {"strokes": strokes(digit)}, "application/json")
            for digit in digits
        ]
        assert [one.result().json()["text"] for one in asked] == [str(digit) for digit in digits]


def test_the_model_says_what_it_is(address: str, recognizer: Recognizer) -> None:
    found = requests.get(f"{address}/api/model", timeout=9).json()
    assert found["metadata"] == recognizer.metadata
    assert found["figures"]["sha256"]


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


def test_a_failure_keeps_its_details_to_itself() -> None:
    with serving(reader=BrokenReader(FREE)) as address:
        response = read(address, coded(".png"))
    refused(response, 500, "internal_error")
    assert "secret" not in response.text


@pytest.mark.parametrize(
    "peer, forwarded, proxies, expected",
    [
        ("10.0.0.1", "", 0, "10.0.0.1"),
        ("10.0.0.1", "1.2.3.4", 0, "10.0.0.1"),  # anyone can send that header
        ("10.0.0.1", "1.2.3.4", 1, "1.2.3.4"),
        ("10.0.0.1", "9.9.9.9, 1.2.3.4", 1, "1.2.3.4"),  # the first is invented
        ("10.0.0.1", "1.2.3.4, 10.0.0.9", 2, "1.2.3.4"),
        ("10.0.0.1", "1.2.3.4", 2, "1.2.3.4"),
        ("10.0.0.1", "", 1, "10.0.0.1"),
        ("10.0.0.1", "junk", 1, "10.0.0.1"),
        ("2001:db8:1:2:3::4", "", 0, "2001:db8:1:2::/64"),  # a household has a whole network
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


def test_limits_come_from_the_environment() -> None:
    assert Limits.from_environment({"DIGITS_POINTS": "7", "POINTS": "8"}) == Limits(points=7)


SCHEMA = schemathesis.openapi.from_dict(description(FREE, ""))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]


def test_the_description_is_valid_and_served(address: str) -> None:
    found = requests.get(f"{address}/api/openapi.json", timeout=9).json()
    assert found == description(FREE, "")
    validate(found)


@SCHEMA.parametrize()
@settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_the_description_is_true(case: Any, address: str) -> None:
    # Other bodies are random bytes, which the description allows and no picture is.
    strokes_are_valid = [positive_data_acceptance] if case.media_type == "application/json" else []
    case.call_and_validate(base_url=address, checks=CHECKS + strokes_are_valid)
