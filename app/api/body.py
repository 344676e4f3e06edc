"""Reads a request's body as a stream, up to a limit, and tells what the body holds."""

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, NamedTuple

from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from app.api import picture_body
from app.api.errors import ApiError
from app.api.limits import Limits
from app.api.picture_body import too_large
from app.ink.files import inkml

JSON: Final = "application/json"
FORM: Final = "multipart/form-data"
BINARY: Final = "application/octet-stream"
PDF: Final = "application/pdf"
JSON_LINES: Final = ("application/x-ndjson", "application/jsonl")  # of one drawing
XML: Final = ("application/inkml+xml", "application/xml", "text/xml")
# Types that HTTP clients send by default; they say nothing about what the body holds.
VAGUE: Final = ("", "text/plain", "application/x-www-form-urlencoded")
IMAGE_PREFIX: Final = "image/"
FIELDS: Final = ("image", "file")  # of a form, which may hold a data URL
MAX_PARTS: Final = 16  # of a form; each costs the parser a start, in which nobody else is served
ENVELOPE_BYTES: Final = 16 << 10  # that a form may add to its file
SUPPORTED: Final = f"an image type, {BINARY}, {PDF}, {FORM}, {JSON}, {XML[0]}, text/plain or none"
# Parsing 11 MB takes up to half a second, in which the event loop serves others.
_form_thread: Final = ThreadPoolExecutor(1, thread_name_prefix="form")


class Body(NamedTuple):
    """The content of a request: a drawing as JSON or InkML, or a picture, see `picture_body`."""

    content: bytes
    is_ink: bool


def media_type_of(request: Request) -> str:
    """The request's media type without its parameters. Raises ApiError for an unsupported one."""
    header = request.headers.get("content-type", "")
    media_type = header.partition(";")[0].strip().lower()
    is_image = media_type.startswith(IMAGE_PREFIX) and len(media_type) > len(IMAGE_PREFIX)
    if is_image or media_type in (JSON, FORM, BINARY, PDF, *JSON_LINES, *XML, *VAGUE):
        return media_type
    message = f"The content type {header[:100]!r} is not supported. Use {SUPPORTED}."
    raise ApiError("unsupported_media_type", message)


async def read_body(request: Request, media_type: str, limits: Limits) -> Body:
    """The body of a request, or the one file or data URL of a form. Raises ApiError."""
    max_bytes = _max_bytes(media_type, limits)
    is_form = media_type == FORM
    try:
        async with asyncio.timeout(limits.body_seconds):
            body = await _receive(request, max_bytes + (ENVELOPE_BYTES if is_form else 0))
            content = await _form_content(request, body) if is_form else body
    except TimeoutError as error:
        message = f"The body did not arrive within {limits.body_seconds} s. Send it faster."
        raise ApiError("request_timeout", message) from error
    except ClientDisconnect as error:
        message = "The connection ended before the body. Send it again."
        raise ApiError("invalid_request", message) from error
    if not content:
        raise ApiError("invalid_request", "The body is empty. Send a picture or strokes.")
    is_ink = _is_ink(media_type, content)
    if is_ink and len(content) > limits.ink_bytes:
        raise too_large(limits.ink_bytes)
    return Body(content, is_ink)


def _is_ink(media_type: str, content: bytes) -> bool:
    """Whether a body is a drawing; if its type says nothing, its first bytes decide."""
    if media_type in VAGUE:
        is_text = picture_body.is_json(content) or inkml.is_inkml(content)
    else:
        is_text = media_type in (JSON, *JSON_LINES, *XML)
    return is_text and not picture_body.is_json_picture(content)


def _max_bytes(media_type: str, limits: Limits) -> int:
    """The maximum size in bytes of a body of this type, before its content is known."""
    is_binary = media_type in (BINARY, PDF) or media_type.startswith(IMAGE_PREFIX)
    return limits.body_bytes if is_binary else picture_body.max_text_bytes(limits)


async def _receive(request: Request, max_bytes: int) -> bytes:
    """The body. Both its declared and its actual length are checked: the former may be wrong."""
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and (len(length) > 12 or int(length) > max_bytes):
        raise too_large(max_bytes)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise too_large(max_bytes)
    return bytes(body)


def _without_surroundings(body: bytes, boundary: bytes) -> bytes:
    """A form without what may stand before and after it, which the parser reads byte by byte."""
    start, end = body.find(boundary), body.find(b"\r\n" + boundary + b"--")
    if end >= 0:
        body = body[: end + len(boundary) + 4] + b"\r\n"
    return body[max(start, 0) :]


async def _parsed(headers: Headers, body: bytes) -> FormData:
    """The form in a body; in memory, so that no picture is written to the disk."""

    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    parser = MultiPartParser(headers, stream(), max_files=1, max_fields=4, max_part_size=len(body))
    parser.spool_max_size = len(body)
    return await parser.parse()


async def _form_content(request: Request, body: bytes) -> bytes:
    """The one file, or the data URL, of a form whose body has been received."""
    _, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = b"--" + options.get(b"boundary", b"")
    num_parts = body.count(b"\r\n" + boundary)
    if num_parts > MAX_PARTS:
        raise ApiError("invalid_request", f"The form has {num_parts:,} parts. Send one file.")
    loop = asyncio.get_running_loop()
    parse = partial(asyncio.run, _parsed(request.headers, _without_surroundings(body, boundary)))
    try:
        form = await loop.run_in_executor(_form_thread, parse)
    except (MultiPartException, ValueError, KeyError) as error:
        message = f"The form cannot be read: {error}. Send a form with one file."
        raise ApiError("invalid_request", message) from error
    files = [part for part in form.values() if isinstance(part, UploadFile)]
    content = await files[0].read() if files else None
    await form.close()
    if content is not None:
        return content
    for name in FIELDS:
        if isinstance(value := form.get(name), str):
            return value.encode()
    message = "The form has no file. Send a form with one file, or with a data URL as image."
    raise ApiError("invalid_request", message)
