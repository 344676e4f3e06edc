"""Shows the page at its own path only; other paths that would show it answer 404.

Streamlit answers every unknown path with the page, so a program that looks for /docs or /metrics
would take its HTML for an answer.
"""

from typing import Final

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COMPONENTS: Final = "/component/"  # whose frames are HTML too


class PagePaths:
    """ASGI middleware before the page. prefix: of the page's path, such as "/digits"."""

    def __init__(self, page: ASGIApp, prefix: str) -> None:
        self._page = page
        self._message = f"Nothing is served at this path. The page is at {prefix}/."
        self._paths = {f"{prefix}/", f"{prefix}/index.html", prefix or "/"}
        self._components = prefix + COMPONENTS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request; answers 404 where the page would appear at another path."""
        is_open = scope["type"] != "http" or scope["path"] in self._paths
        if is_open or scope["path"].startswith(self._components):
            await self._page(scope, receive, send)
            return
        is_refused = False

        async def send_unless_page(message: Message) -> None:
            nonlocal is_refused
            if message["type"] == "http.response.start" and _is_html(message):
                is_refused = True
                await PlainTextResponse(self._message, 404)(scope, receive, send)
            elif not is_refused:
                await send(message)

        await self._page(scope, receive, send_unless_page)


def _is_html(start: Message) -> bool:
    """Whether an answer is an HTML page with status 200."""
    types = [value for name, value in start["headers"] if name.lower() == b"content-type"]
    return start["status"] == 200 and any(value.startswith(b"text/html") for value in types)
