"""The cases of `tests.fuzz`: strokes, arrays, picture files and requests that went wrong.

A case is made from a seed and its number alone, so that it can be made again.
"""

import base64
import contextlib
import importlib
import io
import json
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.fuzz.messages import canvas_value, page_messages, socket_bytes
from tests.fuzz.structures import composed, rebuilt
from tests.support.drawings import placed

Random = np.random.Generator
NUMBERS: Final = (
    *(0.0, -0.0, 1.0, -1.0, 1e-300, 5e-324, 999_999.0, 1e6, 1_000_001.0, 1e15, 1e300, -1e308),
    *(float("nan"), float("inf"), float("-inf"), 2**31, 2**63, -(2**63), 10**400),
)
VALUES: Final[tuple[Any, ...]] = (
    *(None, True, False, "", "1", b"1", "NaN", [], [[]], {}, (), {"x": 1}, 1j, object(), Ellipsis),
    *(range(3), np.float16(1), np.datetime64("2020"), np.ma.masked, np.array(1), np.zeros((0, 2))),
)
FORMATS: Final = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
MODES: Final = ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I;16", "I", "F", "LAB")
KINDS: Final = (
    *("application/json", "application/json; charset=utf-16", "image/png", "image/*", "image/"),
    *("application/octet-stream", "multipart/form-data", "multipart/form-data; boundary=b", ""),
    *("text/plain", "IMAGE/JPEG;x=", "application/x-www-form-urlencoded", "\xff", "a" * 5_000),
)


@dataclass(frozen=True)
class Case:
    """What is given to one door.

    door: "ink" and "image", of the recogniser; "file", of picture_file; "request", of the service;
    those of `tests.fuzz.page_doors`, of the page. given: strokes, an array, bytes; of a request
    (method, path, headers, body); of the page what its door takes.
    """

    maker: str
    door: str
    given: Any
    single: bool = False


def make(seed: int, number: int) -> Case:
    """The case of this number."""
    random = np.random.default_rng((seed, number))
    maker = pick(random, MAKERS)
    door, given = maker(random)
    return Case(maker.__name__, door, given, single=bool(random.random() < 0.1))


def wrong_strokes(random: Random) -> tuple[str, Any]:
    """A drawing in which something is no number, or no list."""
    return "ink", spoil(random, random_drawing(random))


def many_strokes(random: Random) -> tuple[str, Any]:
    """Scribbles: more and more strokes on top of each other, or far too many points."""
    count, points = int(10 ** random.uniform(0, 2.9)), int(10 ** random.uniform(0, 2.5))
    spread = 10 ** random.uniform(0, 4)
    if random.random() < 0.03:
        count, points = 1, 1_000_000
    wander = random.normal(0, 10 ** random.uniform(-1, 2), (count, points, 2)).cumsum(axis=1)
    return "ink", list(wander + random.uniform(0, spread, (count, 1, 2)))


def odd_array(random: Random) -> tuple[str, Any]:
    """An array of some type and shape that mostly is no picture."""
    dtype = pick(random, [*["uint8"] * 6, "uint16", "int8", "float32", "bool", "object", "U1"])
    sides = [0, 1, 2, 3, 7, 28, 30_000, int(random.integers(1, 300))]
    shape = [pick(random, sides) for _ in range(random.integers(0, 3))]
    shape += [pick(random, [1, 2, 3, 3, 4, 4, 5])] if random.random() < 0.7 else []
    if np.prod(shape, dtype=np.int64) > 4_000_000:
        return "image", np.broadcast_to(np.uint8(7), shape)
    array = random.integers(0, 256, shape).astype(dtype)
    return "image", array[tuple(slice(None, None, -1) for _ in array.shape)]


def pattern(random: Random) -> tuple[str, Any]:
    """A picture full of marks that are no writing."""
    image = random_pattern(random, int(random.integers(1, 900)), int(random.integers(1, 900)))
    tint = random.integers(0, 256, pick(random, [3, 4])).astype(np.uint8)
    tinted = np.dstack([image & colour for colour in tint])
    return "image", image if random.random() < 0.6 else tinted


def broken_file(random: Random) -> tuple[str, Any]:
    """A picture file, with some bytes changed, left out or doubled."""
    return "file", damage(random, random_file(random))


def lying_file(random: Random) -> tuple[str, Any]:
    """A picture file that says a size it does not have, small or huge."""
    return "file", lying_picture(random)


def restructured_file(random: Random) -> tuple[str, Any]:
    """A picture file whose structure is another: through the decoders' own process, or in this."""
    content = rebuilt(random, random_file(random))
    if random.random() < 0.5:
        return "file", content
    return "request", ("POST", "/api/read", [("content-type", "image/x")], content)


def composed_file(random: Random) -> tuple[str, Any]:
    """A picture file with a structure that no program writes, whatever its pixels are."""
    content = composed(random)
    if random.random() < 0.3:
        content = rebuilt(random, content)
    return "request", ("POST", "/api/read", [("content-type", "image/x")], content)


def picture_request(random: Random) -> tuple[str, Any]:
    """A file sent to the service, by itself or in a form."""
    body = lying_picture(random) if random.random() < 0.3 else damage(random, random_file(random))
    kind = "application/octet-stream"
    if random.random() < 0.2:
        head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
        kind, body = "multipart/form-data; boundary=b", head + body + b"\r\n--b--\r\n"
        body = damage(random, body) if random.random() < 0.5 else body
    return "request", ("POST", "/api/read", [("content-type", kind)], body)


def url_request(random: Random) -> tuple[str, Any]:
    """A picture as web pages have it: a data URL in JSON, as text, as a field; or bytes alone."""
    content = damage(random, random_file(random))
    data = base64.b64encode(content)
    if random.random() < 0.3:
        data = damage(random, data)
    start = pick(
        random, (b"data:image/png;base64,", b"DATA:;base64,", b"data:,", b"data:image/png,")
    )
    url = start + data
    name = pick(random, (b"image", b"file", b"picture"))
    text = json.dumps({name.decode(): url.decode("latin-1")}).encode()
    field = name + b"=" + url.replace(b"+", b"%2B").replace(b"/", b"%2f").replace(b"=", b"%3D")
    part = (
        b'--b\r\nContent-Disposition: form-data; name="' + name + b'"\r\n\r\n' + url + b"\r\n--b--"
    )
    vague = pick(random, ("", "text/plain", "application/x-www-form-urlencoded"))
    kind, body = pick(
        random,
        (
            ("application/json", text),
            ("multipart/form-data; boundary=b", part),
            *((vague, each) for each in (text, field, url, content)),
        ),
    )
    if random.random() < 0.2:
        body = damage(random, body)
    return "request", ("POST", "/api/read", [("content-type", kind)] if kind else [], body)


def pad_request(random: Random) -> tuple[str, Any]:
    """Ink as other programs write it: points as objects, a signature pad's list, Quick, Draw!."""

    def point(x: float, y: float) -> Any:
        more = pick(random, ({}, {}, {"t": 1}, {"pressure": "a"}, {"x": None}, {"y": [1]}))
        return {"x": x, "y": y, **more}

    drawing = random_drawing(random)
    objects = [[point(x, y) for x, y in stroke] for stroke in drawing]
    columns = [[list(column) for column in zip(*stroke, strict=True)] for stroke in drawing]
    given: Any = pick(
        random,
        (
            {"strokes": objects},
            objects,
            [{"points": stroke, "penColor": "black"} for stroke in objects],
            {"word": "seven", "recognized": True, "drawing": columns},
        ),
    )
    if isinstance(given, list) and random.random() < 0.5:
        given = spoil(random, given)
    body = json.dumps(given, default=str).encode()
    if random.random() < 0.3:
        body = damage(random, body)
    kind = pick(random, ("application/json", "application/json", "text/plain"))
    return "request", ("POST", "/api/read", [("content-type", kind)], body)


def ink_request(random: Random) -> tuple[str, Any]:
    """Strokes sent to the service, as JSON that is mostly none, or means something else."""
    given: Any = (
        spoil(random, random_drawing(random)) if random.random() < 0.7 else random_drawing(random)
    )
    wrapped = {"strokes": given} if random.random() < 0.9 else pick(random, [given, [given], {}])
    body = json.dumps(wrapped, default=str).encode()
    if random.random() < 0.1:
        deep = int(10 ** random.uniform(0, 5.5))
        body = b'{"strokes":' + b"[" * deep + b"]" * deep + b"}"
    if random.random() < 0.3:
        body = damage(random, body)
    return "request", ("POST", "/api/read", [("content-type", "application/json")], body)


def optional_file(random: Random) -> tuple[str, Any]:
    """A HEIC or PDF, damaged: for the decoders' own process, where it has their libraries."""
    image = Image.fromarray(random_pattern(random, *random.integers(16, 250, 2).tolist()))
    content, kind = io.BytesIO(), pick(random, ("HEIF", "PDF"))
    with contextlib.suppress(ImportError):  # without it Pillow writes no HEIF
        importlib.import_module("pillow_heif").register_heif_opener()
    try:
        image.save(content, kind)
    except KeyError:
        return picture_request(random)
    body = damage(random, rebuilt(random, content.getvalue()))
    return "request", ("POST", "/api/read", [("content-type", "image/x")], body)


def inkml_request(random: Random) -> tuple[str, Any]:
    """InkML sent to the service: with other numbers, signs, channels and elements in it."""
    traces = []
    for stroke in random_drawing(random):
        points = [f"{x}{pick(random, (' ', ' ', ',', '  '))}{y}" for x, y in stroke]
        signed = [pick(random, ("", "", "", "'", '"', "!", "*", "? ")) + point for point in points]
        traces.append(f"<trace>{','.join(signed if random.random() < 0.3 else points)}</trace>")
    names = pick(random, (("X", "Y"), ("Y", "T", "X"), ("X",), ("x", "y"), ("",)))
    channels = "".join(f"<channel name='{name}'/>" for name in names)
    head = f"<traceFormat>{channels}</traceFormat>" if random.random() < 0.4 else ""
    start = pick(random, ("", "<?xml version='1.0'?>", "<!DOCTYPE ink [<!ENTITY a '1'>]>"))
    depth = int(10 ** random.uniform(0, 4)) if random.random() < 0.1 else 1
    groups = "<traceGroup>" * depth + "".join(traces) + "</traceGroup>" * depth
    body = f"{start}<ink>{head}{groups}</ink>".encode(pick(random, ("utf-8", "utf-8", "utf-16")))
    if random.random() < 0.5:
        body = damage(random, body)
    return "request", ("POST", "/api/read", [("content-type", "application/inkml+xml")], body)


def odd_request(random: Random) -> tuple[str, Any]:
    """A request that may have nothing right: its method, path, headers or body."""
    paths = ("/api/read", "/api/model", "/api/openapi.json", "/api", "/api/../x", "/healthz")
    path = pick(random, [*paths, "/readyz", "/api/read?single=true", "/api/read?single=%ff"])
    headers = [("content-type", pick(random, KINDS)), ("x-forwarded-for", "\xff, 1.2.3.4")]
    lengths = ("", "-1", "0", "1e9", "9" * 30, "²")
    headers += [("content-length", pick(random, lengths))] if random.random() < 0.3 else []
    body = damage(random, random_file(random)) if random.random() < 0.5 else random.bytes(50)
    method = pick(random, ["POST", "POST", "POST", "GET", "HEAD", "PUT", "OPTIONS", "X" * 50])
    return "request", (method, path, headers, body)


def large_file(random: Random) -> tuple[str, Any]:
    """A picture of many pixels: few in most cases, as one of them takes as long as fifty others."""
    side = 200 if random.random() < 0.8 else 3_000
    height, width = (int(side * random.uniform(0.2, 1.3)) for _ in range(2))
    pixels = random_pattern(random, height, width)
    if random.random() < 0.5:
        cv2.add(pixels, random.integers(0, 30, pixels.shape).astype(np.uint8), pixels)
    image = np.dstack([pixels] * pick(random, [1, 3, 4]))
    coded = cv2.imencode(pick(random, [".png", ".jpg", ".webp", ".tiff"]), image)[1].tobytes()
    if random.random() < 0.5:
        return "file", coded
    return "request", ("POST", "/api/read", [("content-type", "image/x")], coded)


Maker = Callable[[Random], tuple[str, Any]]
MAKERS: Final[list[Maker]] = [
    *(wrong_strokes, many_strokes, odd_array, pattern, broken_file, broken_file, lying_file),
    *(restructured_file, restructured_file),
    *(picture_request, picture_request, ink_request, ink_request, odd_request, large_file),
    *(optional_file, inkml_request, url_request, pad_request),
    *(composed_file, page_messages, page_messages, canvas_value, socket_bytes),
]


def pick(random: Random, choices: Any) -> Any:
    return choices[int(random.integers(len(choices)))]


def random_drawing(random: Random) -> list[Any]:
    """Some digits, their strokes as lists."""
    size = 10 ** random.uniform(0, 3)
    digits = random.integers(0, 10, random.integers(0, 5)).tolist()
    strokes = [
        stroke for at, digit in enumerate(digits) for stroke in placed(digit, at * size, 0, size)
    ]
    return [np.round(stroke, int(random.integers(0, 9))).tolist() for stroke in strokes]


def spoil(random: Random, given: Any) -> Any:
    """The same with something else at some place, however deep."""
    if not isinstance(given, list) or not given or random.random() < 0.1:
        return pick(random, NUMBERS) if random.random() < 0.5 else pick(random, VALUES)
    at = int(random.integers(len(given)))
    return [*given[:at], spoil(random, given[at]), *given[at + 1 :]]


def random_pattern(random: Random, height: int, width: int) -> NDArray[np.uint8]:
    """Stripes, noise, blobs, lines or a frame: uint8 (h, w)."""
    y, x = np.indices((height, width))
    step, share = int(random.integers(2, 40)), float(random.uniform(0.02, 0.98))
    noise = random.normal(size=(height, width)).astype(np.float32)
    drawn = np.zeros((height, width), np.uint8)
    for _ in range(int(10 ** random.uniform(0, 2.8))):
        start, end = (random.integers(0, max(height, width), 2).tolist() for _ in range(2))
        cv2.line(drawn, start, end, 1, int(random.integers(1, 4)))
    kinds = (
        lambda: x % step < share * step,
        lambda: y % step < share * step,
        lambda: (x + y) % step < share * step,
        lambda: (x % step < 2) | (y % step < 2),
        lambda: np.maximum(abs(x - width // 2), abs(y - height // 2)) % step < 2,
        lambda: random.random((height, width)) < share**4,
        lambda: cv2.GaussianBlur(noise, (0, 0), step / 4) > 0,
        lambda: drawn,
        lambda: np.hypot(x - width / 2, y - height / 2) < share * width,
    )
    ink = np.asarray(pick(random, kinds)(), np.bool_)
    paper, colour = random.integers(0, 256, 2) if random.random() < 0.3 else (255, 0)
    return np.where(ink, colour, paper).astype(np.uint8)


def random_file(random: Random) -> bytes:
    """A picture file of any format and mode that its format has."""
    if random.random() < 0.2:
        height, width = pick(random, [(1, 1), (1, 30_000), (30_000, 1), (2, 2)])
        pixels = np.full((height, width), random.integers(0, 256), np.uint8)
    else:
        pixels = random_pattern(random, *random.integers(1, 250, 2).tolist())
    if random.random() < 0.15:
        deep = pixels.astype(np.uint16) * 257
        return cv2.imencode(pick(random, [".png", ".tiff"]), deep)[1].tobytes()
    file, kind = io.BytesIO(), pick(random, FORMATS)
    image = Image.fromarray(pixels)
    more: dict[str, Any] = {}
    if random.random() < 0.1:  # several pictures in one file
        more = {"save_all": True, "append_images": [image] * int(random.integers(1, 20))}
    if random.random() < 0.1:
        more |= {"icc_profile": random.bytes(300), "exif": b"Exif\x00\x00II*\x00" + bytes(40)}
    try:
        image.convert(pick(random, MODES)).save(file, kind, **more)
    except (OSError, ValueError, KeyError, RuntimeError):  # a format without this mode or size
        file = io.BytesIO()
        image.save(file, "PNG")
    return file.getvalue()


def damage(random: Random, content: bytes) -> bytes:
    """The bytes, some of them changed, most of all in front, where a file says what it is."""
    damaged = bytearray(content or b"\x00")
    for _ in range(int(random.integers(0, 6))):
        reach = len(damaged) if random.random() < 0.3 else min(len(damaged), 200)
        damaged[int(random.integers(reach))] = pick(
            random, (0, 1, 127, 128, 255, random.integers(256))
        )
    if random.random() < 0.25:
        del damaged[int(random.integers(len(damaged))) :]
    if random.random() < 0.1:
        damaged *= 2
    if random.random() < 0.1:
        at = int(random.integers(len(damaged) + 1))
        damaged[at:at] = random.bytes(int(random.integers(1, 30)))
    return bytes(damaged)


def lying_picture(random: Random) -> bytes:
    """A file of a random size in its header, and other pixels, or none."""
    sides = (0, 1, 200, 3_000, 4_001, 30_000, 65_535, 2**24, 2**31 - 1, 2**32 - 1)
    width, height = pick(random, sides), pick(random, sides)
    plain = random_pattern(random, 40, 60)
    kind = pick(random, ("png", "jpg", "bmp", "gif", "webp", "tiff"))
    if kind == "png":
        return png_of_size(width, height, b"\x00" * int(10 ** random.uniform(0, 6)), random)
    content = bytearray(cv2.imencode(f".{kind}", np.dstack([plain] * 3))[1].tobytes())
    at, form = {
        "jpg": (content.find(b"\xff\xc0") + 5, ">HH"),
        "bmp": (18, "<II"),
        "gif": (6, "<HH"),
        "webp": (max(content.find(b"\x9d\x01\x2a"), 18) + 3, "<HH"),
        "tiff": (int(random.integers(4, 12)), "<II"),
    }[kind]
    largest = 65_535 if "H" in form else 2**32 - 1
    content[at : at + struct.calcsize(form)] = struct.pack(
        form, min(height, largest), min(width, largest)
    )
    return bytes(content)


def png_of_size(width: int, height: int, pixels: bytes, random: Random) -> bytes:
    """A PNG whose header says this size, whatever its pixels are."""

    def chunk(name: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + check

    depth, colour = pick(random, ((8, 0), (16, 0), (1, 0), (8, 2), (8, 3), (16, 6), (4, 3), (9, 9)))
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(random.integers(2)))
    parts = [chunk(b"IHDR", header)]
    parts += [chunk(b"PLTE", bytes(range(48)))] if colour == 3 else []
    parts += [chunk(b"IDAT", zlib.compress(pixels)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)
