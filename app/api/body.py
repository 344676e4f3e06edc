"""A request's body: its media type, and its bytes, read as a stream up to their limit."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Final

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from app.api.errors import ApiError
from app.api.limits import Limits

JSON: Final = "application/json"
FORM: Final = "multipart/form-data"
BINARY: Final = "application/octet-stream"
IMAGE_PREFIX: Final = "image/"
ENVELOPE_BYTES: Final = 16 << 10  # that a form may take beside its file
SUPPORTED: Final = f"an image type, {BINARY}, {FORM} or {JSON}"


def media_type_of(request: Request) -> str:
    """The request's media type without its parameters. Raises ApiError for an unsupported one."""
    header = request.headers.get("content-type", "")
    media_type = header.partition(";")[0].strip().lower()
    is_image = media_type.startswith(IMAGE_PREFIX) and len(media_type) > len(IMAGE_PREFIX)
    if is_image or media_type in (JSON, FORM, BINARY):
        return media_type
    message = f"The content type {header[:100]!r} is not supported."
    if not header:
        message = "The request has no Content-Type header."
    raise ApiError("unsupported_media_type", f"{message} Use {SUPPORTED}.")


async def read_body(request: Request, media_type: str, limits: Limits) -> bytes:
    """The picture or the JSON of a request; of a form its one file. Raises ApiError."""
    max_bytes = limits.ink_bytes if media_type == JSON else limits.body_bytes
    is_form = media_type == FORM
    try:
        async with asyncio.timeout(limits.body_seconds):
            body = await _receive(request, max_bytes + (ENVELOPE_BYTES if is_form else 0))
            content = await _form_file(request, body) if is_form else body
    except TimeoutError as error:
        message = f"The body did not arrive within {limits.body_seconds} s. Send it faster."
        raise ApiError("request_timeout", message) from error
    except ClientDisconnect as error:
        message = "The connection ended before the body. Send it again."
        raise ApiError("invalid_request", message) from error
    if len(content) > max_bytes:
        raise _too_large(max_bytes)
    if not content:
        raise ApiError("invalid_request", "The body is empty. Send a picture or strokes.")
    return content


async def _receive(request: Request, max_bytes: int) -> bytes:
    """The body. It is refused by its length, and again as it arrives: a length may be wrong."""
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and (len(length) > 12 or int(length) > max_bytes):
        raise _too_large(max_bytes)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise _too_large(max_bytes)
    return bytes(body)


def _too_large(max_bytes: int) -> ApiError:
    return ApiError(
        "payload_too_large", f"The body is too large. Send at most {max_bytes:,} bytes."
    )


async def _form_file(request: Request, body: bytes) -> bytes:
    """The one file of a form whose body has been received."""

    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    parser = MultiPartParser(
        request.headers, stream(), max_files=1, max_fields=4, max_part_size=ENVELOPE_BYTES
    )
    parser.spool_max_size = len(body)  # in memory: no picture is written to the disk
    try:
        form = await parser.parse()
    except (MultiPartException, ValueError, KeyError) as error:
        message = f"The form cannot be read: {error}. Send a form with one file."
        raise ApiError("invalid_request", message) from error
    files = [part for part in form.values() if isinstance(part, UploadFile)]
    content = await files[0].read() if files else None
    await form.close()
    if content is None:
        raise ApiError("invalid_request", "The form has no file. Send a form with one file.")
    return content
