"""The way to the service past the page's middleware."""

from starlette.applications import Starlette
from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send


class ServiceFirst:
    """ASGI middleware before the page: the service answers what it has a route for.

    Streamlit's own middleware (sessions, compression) costs a request for a reading a quarter of
    its time and gives it nothing.
    """

    def __init__(self, page: ASGIApp, service: Starlette) -> None:
        self._page, self._service = page, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request, or one WebSocket."""
        routes = self._service.routes if scope["type"] == "http" else []
        is_service = any(route.matches(scope)[0] is not Match.NONE for route in routes)
        await (self._service if is_service else self._page)(scope, receive, send)
