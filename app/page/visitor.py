"""For whom a run of the page is: the client as the guards know it, and whether it is connected."""

from collections.abc import Callable

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx


def client() -> str:
    """The address that the visitor's limits count for, see `app.guard.websockets`.

    Empty where nobody is counted: on this machine itself, and outside a run of the page.
    """
    address = st.context.ip_address if st.runtime.exists() else None
    return address if isinstance(address, str) else ""


def is_connected() -> Callable[[], bool]:
    """Tells any thread whether the page for which this run is, is still open."""
    context = get_script_run_ctx()
    if context is None:
        return lambda: True
    runtime, session = st.runtime.get_instance(), context.session_id
    return lambda: runtime.is_active_session(session)
