"""GET /api: a page of examples for those who write programs."""

from html import escape
from pathlib import Path
from string import Template
from typing import Final

from starlette.requests import Request

from app.api.limits import PREFIX, Limits

_PAGE: Final = Template(Path(__file__).with_suffix(".html").read_text(encoding="utf-8"))


def page(request: Request, limits: Limits, prefix: str) -> str:
    """The page as HTML, with this server's own address in its examples.

    prefix: what the paths for clients begin with, such as "/digits", or "".
    """
    host = request.headers.get("host", "localhost")
    address = f"{_scheme(request, limits)}://{host}{prefix}"
    rate = ""
    if limits.rate:
        rate = f"One client may read {limits.rate} times a minute, which {PREFIX}RATE changes."
        if not limits.count_loopback and not limits.proxies:
            rate += " The server's own machine is not counted."
    return _PAGE.substitute(ADDRESS=escape(address), API=escape(prefix + "/api"), RATE=rate)


def _scheme(request: Request, limits: Limits) -> str:
    """http or https, as the client sees it: a proxy in front may handle TLS for this server."""
    forwarded = request.headers.get("x-forwarded-proto", "") if limits.proxies else ""
    return "https" if forwarded == "https" else request.url.scheme
