"""Sets the security headers for browsers on every answer."""

from typing import Final

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Browsers neither guess another content type nor send a page's address to other sites, and of other
# sites only a Hugging Face Space may show an answer in a frame.
SAFE: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": "frame-ancestors 'self' https://huggingface.co https://*.hf.space",
}
FAILED: Final = "The server failed. Its log says why."
_SAFE: Final = [(name.lower().encode(), value.encode()) for name, value in SAFE.items()]
_NAMES: Final = {name for name, _ in _SAFE}


class SafeHeaders:
    """ASGI middleware that sets SAFE on every HTTP answer, and answers 500 if the app fails."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything on, and answers with the headers set."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        is_answered = False

        async def send_safely(message: Message) -> None:
            nonlocal is_answered
            if message["type"] == "http.response.start":
                is_answered = True
                others = [header for header in message["headers"] if header[0] not in _NAMES]
                message["headers"] = others + _SAFE
            await send(message)

        try:
            await self._app(scope, receive, send_safely)
        except Exception:  # the server logs it; its own answer would lack the headers
            if not is_answered:
                await PlainTextResponse(FAILED, 500)(scope, receive, send_safely)
            raise
