"""Routes requests for the service past the page's middleware."""

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send


class ServiceFirst:
    """ASGI middleware before the page: the service answers its own paths, and all below /api.

    Streamlit's own middleware (sessions, compression) would take a quarter of the time of a
    reading, which does not need it.
    """

    def __init__(self, page: ASGIApp, service: Starlette) -> None:
        self._page, self._service = page, service
        self._paths = {route.path for route in service.routes if isinstance(route, Route)}
        self._below = f"{service.state.api}/"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request, or one WebSocket."""
        is_service = scope["type"] == "http" and self._is_its_own(scope["path"])
        await (self._service if is_service else self._page)(scope, receive, send)

    def _is_its_own(self, path: str) -> bool:
        return path in self._paths or path.startswith(self._below)
