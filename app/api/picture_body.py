"""Takes the picture from a body: a plain file, or a data URL alone, in JSON or in a form's field.

The first bytes of a body decide what it holds, so that a missing or wrong content type does no
harm. Lengths are checked before anything is decoded.
"""

import binascii
import json
import re
from typing import Final

import msgspec

from app.api.errors import ApiError
from app.api.json_errors import reason
from app.api.limits import Limits
from app.api.schemas import PictureUrl

FORM_OVERHEAD: Final = 8  # escapes such as %2B lengthen base64 in a form by 1/8
PICTURE: Final = '{"image": "data:image/png;base64,..."}'
EXAMPLE: Final = f"Send {PICTURE}"
_HEAD_BYTES: Final = 256  # at a body's start, by which its kind is recognised
_MAX_PREFIX: Final = 200  # characters of a data URL before its data
_JSON: Final = re.compile(r"\s*[\[{]")
_JSON_PICTURE: Final = re.compile(r'\s*\{\s*"image"')
_FIELD: Final = re.compile(rb"(?:[\w.-]{1,40}=[\w.-]{0,40}&){0,4}(?:image|file)=")
_DATA_URL: Final = re.compile(rb"data:[^,]*;base64,", re.IGNORECASE)
# The only characters of base64 and of a data URL's start that forms must escape. A "+" that was not
# escaped is kept: in a form it means a space, but base64 has none.
_ESCAPED: Final = (b"+", b"/", b"=", b":", b";", b",")
_DECODER: Final = msgspec.json.Decoder(PictureUrl)


def max_text_bytes(limits: Limits) -> int:
    """The bytes that a picture of the largest allowed size takes in a form or in JSON."""
    base64_bytes = -(-limits.body_bytes // 3) * 4
    return base64_bytes + base64_bytes // FORM_OVERHEAD + _MAX_PREFIX


def is_json(content: bytes) -> bool:
    """Whether a body of an unknown type is JSON."""
    return _JSON.match(_head(content)) is not None


def is_json_picture(content: bytes) -> bool:
    """Whether JSON is a picture, see `PictureUrl`, and not a drawing."""
    return _JSON_PICTURE.match(_head(content)) is not None


def picture_file(content: bytes, limits: Limits) -> bytes:
    """The picture's file that a body holds, as it is or as base64. Raises ApiError."""
    if is_json_picture(content):
        content = _from_json(content)
    elif _FIELD.match(content):
        content = _from_field(content)
    if content[:5].lower() == b"data:":
        return _from_data_url(content, limits)
    if len(content) > limits.body_bytes:
        raise too_large(limits.body_bytes)
    return content


def too_large(max_bytes: int) -> ApiError:
    """The refusal of a body of more than `max_bytes`."""
    message = f"The body is too large. Send at most {max_bytes:,} bytes."
    return ApiError("payload_too_large", message)


def _head(content: bytes) -> str:
    head = content[:_HEAD_BYTES]
    return head.decode(json.detect_encoding(head), "replace")


def _from_json(content: bytes) -> bytes:
    """The data URL of a `PictureUrl`."""
    try:
        text = content.decode(json.detect_encoding(content))
        return _DECODER.decode(text).image.encode("ascii")
    except msgspec.ValidationError as error:
        raise ApiError(
            "unprocessable", f"The picture cannot be read: {reason(error)}. {EXAMPLE}."
        ) from error
    except (msgspec.DecodeError, ValueError) as error:
        message = f"The body is not JSON of a picture: {str(error)[:200]}. {EXAMPLE}."
        raise ApiError("invalid_request", message) from error


def _from_field(content: bytes) -> bytes:
    """The value of a form's field with a data URL, without the form's escapes."""
    start = _FIELD.match(content)
    assert start is not None
    value = content[start.end() :].partition(b"&")[0]
    for character in _ESCAPED:
        escape = b"%%%02X" % ord(character)
        value = value.replace(escape, character).replace(escape.lower(), character)
    return value


def _from_data_url(url: bytes, limits: Limits) -> bytes:
    """What a data URL holds as base64, in which spaces and line ends are ignored."""
    prefix = _DATA_URL.match(url[:_MAX_PREFIX])
    if prefix is None:
        message = "The data URL is not valid base64. Send data:image/png;base64,..."
        raise ApiError("unprocessable", message)
    data = url[prefix.end() :].translate(None, b" \t\r\n")
    if len(data) // 4 * 3 - data[-2:].count(b"=") > limits.body_bytes:
        raise too_large(limits.body_bytes)
    try:
        return binascii.a2b_base64(data, strict_mode=True)
    except binascii.Error as error:
        message = f"The data URL is not valid base64: {error}. Send data:image/png;base64,..."
        raise ApiError("unprocessable", message) from error
