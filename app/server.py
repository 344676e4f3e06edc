"""The page and the HTTP service in one process: `streamlit run app/server.py`, or `make run`.

Serves the page of `app/main.py` at /, and the service of `app/api/service.py` at /api/, /healthz
and /readyz. The limits of the service are environment variables, listed in app/api/limits.py.
"""

import os
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
# Streamlit puts this file's own folder on the path, but `app` is imported from the one above.
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402
from starlette.middleware import Middleware  # noqa: E402
from streamlit import net_util  # noqa: E402

from app.api import service  # noqa: E402
from app.api.front import ServiceFirst  # noqa: E402
from app.api.headers import SafeHeaders  # noqa: E402
from app.api.limits import Limits  # noqa: E402
from app.api.shutdown import closing_decoders  # noqa: E402
from app.api.tcp import disable_nagle  # noqa: E402
from app.ink.decoder_pool import shared_pool  # noqa: E402

disable_nagle()
# Otherwise every WebSocket from another site makes Streamlit ask the internet for this server's
# address, and all other visitors wait meanwhile.
net_util.get_external_ip = lambda: None
prefix: Final = ("/" + st.get_option("server.baseUrlPath").strip("/")).rstrip("/")
limits: Final = Limits.from_environment(os.environ)
shared_pool(limits.reads)
api: Final = service.create(limits, prefix=prefix)
app = st.App(
    ROOT / "app" / "main.py",
    lifespan=closing_decoders,
    middleware=[Middleware(SafeHeaders), Middleware(ServiceFirst, api)],
)
