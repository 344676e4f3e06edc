"""The codes by which programs tell one error of the service from another."""

from typing import Final

# Every code with its status and what it means. The OpenAPI description is made from this.
CODES: Final = {
    "invalid_request": (400, "The body is not what its content type says."),
    "not_found": (404, "Nothing is served at this path."),
    "method_not_allowed": (405, "The path does not take this method; see Allow."),
    "request_timeout": (408, "The body did not arrive in time."),
    "payload_too_large": (413, "The body has too many bytes."),
    "unsupported_media_type": (415, "The content type is not one that can be read."),
    "unprocessable": (422, "The picture, the strokes or a parameter cannot be read."),
    "too_many_pixels": (422, "The picture has too many pixels."),
    "too_many_points": (422, "The drawing has too many strokes or points."),
    "rate_limited": (429, "This client has asked too often; see Retry-After."),
    "concurrency_limited": (429, "Too many requests are being served; see Retry-After."),
    "internal_error": (500, "The server failed. Its log says why."),
    "model_unavailable": (503, "The model cannot be used. The server's log says why."),
}
