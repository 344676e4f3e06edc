"""CORS: which pages of other origins may use the service; none unless DIGITS_ORIGINS names them."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

VARIABLE: Final = "DIGITS_ORIGINS"
ANY: Final = "*"
DEFAULT_PORTS: Final = {"http": ":80", "https": ":443"}  # which browsers leave out of an origin
PREFLIGHT_SECONDS: Final = 7_200  # for which a browser may cache a preflight; Chromium's maximum
READABLE: Final = ("Retry-After", "RateLimit", "RateLimit-Policy")  # headers that pages may see
_EXPECTED: Final = "expected * or origins as https://example.org, separated by commas"
_PUNYCODE: Final = "; write other letters as browsers send them, as https://xn--mnchen-3ya.de"


def origins_from(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The origins that DIGITS_ORIGINS lists, as browsers send them, or ("*",).

    Raises ValueError for anything else.
    """
    texts = environment.get(VARIABLE, "").split(",")
    origins = tuple(text.strip().lower() for text in texts if text.strip())
    for origin in origins:
        if not _is_origin(origin) and origins != (ANY,):
            advice = "" if origin.isascii() else _PUNYCODE
            raise ValueError(f"{VARIABLE}: {_EXPECTED}, got {origin!r}{advice}")
    return origins if origins == (ANY,) else tuple(map(_as_sent, origins))


def middleware(origins: tuple[str, ...]) -> list[Middleware]:
    """Middleware that answers preflights and lets these origins read answers, without cookies."""
    if not origins:
        return []
    cors = Middleware(
        CORSMiddleware,
        allow_origins=origins,
        allow_methods=("GET", "POST"),
        allow_headers=("Content-Type",),
        # Some browsers ask whether a page of the internet may reach a private address. Whoever
        # names an origin wants that; with *, any page might reach a server inside a network.
        allow_private_network=origins != (ANY,),
        expose_headers=READABLE,
        max_age=PREFLIGHT_SECONDS,
    )
    return [cors]


def _is_origin(text: str) -> bool:
    """Whether this is a scheme, a host and perhaps a port, as in a browser's Origin header.

    There, other letters than ASCII's are written as xn--.
    """
    try:
        parts = urlsplit(text)
        has_host = (
            bool(parts.hostname) and text.isascii() and "*" not in parts.netloc and parts.port != 0
        )
    except ValueError:
        return False
    return has_host and parts.scheme in DEFAULT_PORTS and text == f"{parts.scheme}://{parts.netloc}"


def _as_sent(origin: str) -> str:
    """An origin as browsers send it: without its scheme's usual port."""
    return origin.removesuffix(DEFAULT_PORTS[origin.partition(":")[0]])
