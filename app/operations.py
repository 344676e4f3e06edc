"""What operators see of a server: its first lines, its access log, and its metrics."""

import hashlib
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import streamlit as st
from starlette.applications import Starlette
from streamlit.runtime import get_instance

from app import __version__
from app.addresses import ALL_INTERFACES, in_url
from app.api import metrics
from app.api.access_log import AccessLog
from app.api.limits import PREFIX
from app.api.observed import Observer
from app.api.prometheus import Counts
from app.inference.models import model_file
from app.ink.files import decode_worker
from app.settings import Settings, all_settings, unknown

HASH_DIGITS: Final = 12  # of a model's SHA-256, enough to identify it
UNLIMITED: Final = (
    "this system cannot limit the memory that decoding a picture takes."
    " Serve strangers from Linux, or behind a limit of the whole server's memory."
)


def observers(settings: Settings, api: Starlette, prefix: str) -> list[Observer]:
    """The observers of each request; adds the path /metrics to the service if that is on."""
    active: list[Observer] = []
    if settings.log != "off":
        active.append(AccessLog(settings.log))
    if settings.metrics != "off":
        counts = Counts(prefix)
        counts.gauge("digits_requests_in_flight", "Reads that wait or run", api.state.num_in_flight)
        counts.gauge("digits_sessions", "Open pages", _num_sessions)
        api.routes.append(metrics.route(counts, settings.metrics, settings.limits.proxies))
        active.append(counts)
    return active


def announce(settings: Settings, environment: Mapping[str, str] = os.environ) -> None:
    """Prints what is served on standard error.

    Warns of unknown settings, and of decoding without a limit of memory.
    """
    for name in unknown(environment):
        print(f"warning: {name} is not a setting{_suggestion(name)}", file=sys.stderr)
    if not decode_worker.LIMITS_MEMORY:
        print(f"warning: {UNLIMITED}", file=sys.stderr)
    print(start_line(settings, environment), file=sys.stderr, flush=True)


def start_line(settings: Settings, environment: Mapping[str, str]) -> str:
    """Address, version, model and limits in one line."""
    host = in_url(st.get_option("server.address") or ALL_INTERFACES)
    port = st.get_option("server.port")
    path = st.get_option("server.baseUrlPath").strip("/")
    limits = " ".join(f"{name}={value}" for name, value in asdict(settings.limits).items())
    return (
        f"serving http://{host}:{port}/{path} version={__version__}"
        f" model={_hash(model_file(environment))} {limits}"
        f" origins={','.join(settings.origins) or 'none'} log={settings.log}"
        f" metrics={settings.metrics}"
    )


def _hash(path: Path) -> str:
    """A model by the beginning of its SHA-256."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:HASH_DIGITS]
    except OSError:
        return "missing"


def _suggestion(name: str) -> str:
    # Compared without their beginnings, which make all of them alike.
    names = {_short(setting.name): setting.name for setting in all_settings()}
    close = get_close_matches(_short(name), names, 1)
    return f"; is {names[close[0]]} meant?" if close else "; deploy/README.md lists all of them"


def _short(name: str) -> str:
    return name.removeprefix(PREFIX).removeprefix("STREAMLIT_SERVER_")


def _num_sessions() -> int:
    return get_instance()._session_mgr.num_active_sessions()
