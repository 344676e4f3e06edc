"""CORS: which pages of other origins may use the service; none unless DIGITS_ORIGINS names them."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

VARIABLE: Final = "DIGITS_ORIGINS"
ANY: Final = "*"
PREFLIGHT_SECONDS: Final = 7_200  # for which a browser may cache a preflight; Chromium's maximum
READABLE: Final = ("Retry-After", "RateLimit", "RateLimit-Policy")  # headers that pages may see
_EXPECTED: Final = "expected * or origins as https://example.org, separated by commas"


def origins_from(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The origins that DIGITS_ORIGINS lists, or ("*",). Raises ValueError for anything else."""
    texts = environment.get(VARIABLE, "").split(",")
    origins = tuple(text.strip().lower() for text in texts if text.strip())
    for origin in origins:
        if not _is_origin(origin) and origins != (ANY,):
            raise ValueError(f"{VARIABLE}: {_EXPECTED}, got {origin!r}")
    return origins


def middleware(origins: tuple[str, ...]) -> list[Middleware]:
    """Middleware that answers preflights and lets these origins read answers, without cookies."""
    if not origins:
        return []
    cors = Middleware(
        CORSMiddleware,
        allow_origins=origins,
        allow_methods=("GET", "POST"),
        allow_headers=("Content-Type",),
        expose_headers=READABLE,
        max_age=PREFLIGHT_SECONDS,
    )
    return [cors]


def _is_origin(text: str) -> bool:
    """Whether this is a scheme, a host and perhaps a port, as in a browser's Origin header."""
    try:
        parts = urlsplit(text)
        has_host = bool(parts.hostname) and "*" not in parts.netloc and parts.port != 0
    except ValueError:
        return False
    return (
        has_host
        and parts.scheme in ("http", "https")
        and text == f"{parts.scheme}://{parts.netloc}"
    )
