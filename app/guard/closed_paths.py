"""Paths of Streamlit that are for its operators and developers, and closed to visitors."""

from typing import Final

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

# They reveal figures about visitors and memory, and take long to answer.
CLOSED: Final = ("/_stcore/metrics", "/_stcore/script-health-check")


class ClosedPaths:
    """ASGI middleware before the page: answers these paths with 404."""

    def __init__(self, page: ASGIApp) -> None:
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request; passes all others on."""
        if scope["type"] == "http" and scope["path"].rstrip("/").endswith(CLOSED):
            await PlainTextResponse("Nothing is served at this path.", 404)(scope, receive, send)
            return
        await self._page(scope, receive, send)
