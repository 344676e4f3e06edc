"""The page and the HTTP service in one process: `streamlit run app/server.py`, or `make run`.

Serves what `app/main.py` shows at /, and `app/api/service.py` at /api/, /healthz and /readyz. The
settings are environment variables, listed in deploy/README.md and app/settings.py.
"""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
# Streamlit puts this file's own folder on the path, but `app` is imported from the one above.
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402
from starlette.middleware import Middleware  # noqa: E402
from streamlit import net_util  # noqa: E402

from app import operations  # noqa: E402
from app.api import service  # noqa: E402
from app.api.front import ServiceFirst  # noqa: E402
from app.api.headers import SafeHeaders  # noqa: E402
from app.api.observed import Observed  # noqa: E402
from app.api.shutdown import closing_decoders  # noqa: E402
from app.api.tcp import disable_nagle  # noqa: E402
from app.guard import (  # noqa: E402
    ended_sessions,
    idle_memory,
    page_pictures,
    tcp_connections,
    uvicorn_settings,
)
from app.guard.closed_paths import ClosedPaths  # noqa: E402
from app.guard.page_paths import PagePaths  # noqa: E402
from app.guard.uploads import UploadGuard  # noqa: E402
from app.guard.websockets import WebSocketGuard  # noqa: E402
from app.ink.files.decoder_pool import shared_pool  # noqa: E402
from app.page import live_pages  # noqa: E402
from app.settings import from_environment  # noqa: E402

disable_nagle()
uvicorn_settings.apply()
# Otherwise Streamlit asks the internet for this server's address, and opens a socket to a public
# resolver, while all visitors wait (https://github.com/streamlit/streamlit/issues/7721), for each
# page of an origin that `server.corsAllowedOrigins` names; tests/app/test_patches.py.
net_util.get_external_ip = net_util.get_internal_ip = lambda: None
prefix: Final = ("/" + st.get_option("server.baseUrlPath").strip("/")).rstrip("/")
try:
    settings: Final = from_environment(os.environ)
except ValueError as error:
    sys.exit(f"serve: {error}")
limits: Final = settings.limits
named_origins: Final = frozenset(st.get_option("server.corsAllowedOrigins"))
tcp_connections.apply(limits.proxies)
shared_pool(limits.reads, limits.pixels)
find_page: Final = live_pages.find if limits.live else None
if find_page:
    live_pages.serve_at(f"{prefix}/api/live")
api: Final = service.create(limits, prefix=prefix, origins=settings.origins, find_page=find_page)
observers: Final = operations.observers(settings, api, prefix)


@asynccontextmanager
async def lifespan(page: st.App) -> AsyncIterator[None]:
    """What goes on as long as the server runs."""
    operations.announce(settings)
    async with (
        closing_decoders(page),
        ended_sessions.freed(),
        idle_memory.given_back(),
        page_pictures.in_turn(api.state.picture_places, api.state.rate_limiter),
    ):
        yield


app = st.App(
    ROOT / "app" / "main.py",
    lifespan=lifespan,
    middleware=[
        Middleware(Observed, observers, limits.proxies),
        Middleware(SafeHeaders),
        Middleware(ServiceFirst, api),
        Middleware(ClosedPaths),
        Middleware(PagePaths, prefix),
        Middleware(WebSocketGuard, limits.proxies, named_origins),
        Middleware(UploadGuard, limits.proxies),
    ],
)
