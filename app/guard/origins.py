"""Which pages may connect to this server's WebSocket."""

from collections.abc import Collection
from urllib.parse import urlsplit


def is_allowed(origin: str | None, host: str | None, named: Collection[str]) -> bool:
    """Whether a page from this origin may connect: this server's own, or one that is named.

    Streamlit itself also allows every page of the visitor's own computer, whatever serves it.
    origin, host: the headers; programs send no Origin. named: further
    origins, such as `https://example.org`.
    """
    if origin is None or origin in named:
        return True
    try:
        return urlsplit(origin).netloc == host
    except ValueError:
        return False
