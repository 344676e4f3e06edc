"""Requests to the service: broken pictures, ink and forms."""

import base64
import contextlib
import importlib
import io
import json
from typing import Any, Final

from PIL import Image

from tests.fuzz.pictures import lying_picture, random_file, random_pattern
from tests.fuzz.random_values import Random, damage, pick, random_drawing, spoil
from tests.fuzz.structures import rebuilt

KINDS: Final = (
    *("application/json", "application/json; charset=utf-16", "image/png", "image/*", "image/"),
    *("application/octet-stream", "multipart/form-data", "multipart/form-data; boundary=b", ""),
    *("text/plain", "IMAGE/JPEG;x=", "application/x-www-form-urlencoded", "\xff", "a" * 5_000),
)


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
    """A picture as web pages send it: a data URL in JSON, as text or in a field; or plain bytes."""
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
    """Strokes sent to the service as JSON, which is often invalid or means something else."""
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
    """A damaged HEIC or PDF, for the decoders' process if the libraries are installed."""
    image = Image.fromarray(random_pattern(random, *random.integers(16, 250, 2).tolist()))
    content, kind = io.BytesIO(), pick(random, ("HEIF", "PDF"))
    with contextlib.suppress(ImportError):  # without the library, Pillow writes no HEIF
        importlib.import_module("pillow_heif").register_heif_opener()
    try:
        image.save(content, kind)
    except KeyError:
        return picture_request(random)
    body = damage(random, rebuilt(random, content.getvalue()))
    return "request", ("POST", "/api/read", [("content-type", "image/x")], body)


def inkml_request(random: Random) -> tuple[str, Any]:
    """InkML sent to the service, with numbers, signs, channels and elements changed."""
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
    """A request in which the method, path, headers and body may all be wrong."""
    paths = ("/api/read", "/api/model", "/api/openapi.json", "/api", "/api/../x", "/healthz")
    path = pick(random, [*paths, "/readyz", "/api/read?single=true", "/api/read?single=%ff"])
    headers = [("content-type", pick(random, KINDS)), ("x-forwarded-for", "\xff, 1.2.3.4")]
    lengths = ("", "-1", "0", "1e9", "9" * 30, "²")
    headers += [("content-length", pick(random, lengths))] if random.random() < 0.3 else []
    body = damage(random, random_file(random)) if random.random() < 0.5 else random.bytes(50)
    method = pick(random, ["POST", "POST", "POST", "GET", "HEAD", "PUT", "OPTIONS", "X" * 50])
    return "request", (method, path, headers, body)
