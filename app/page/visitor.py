"""The client for whose page a run is, as the guards know it."""

import streamlit as st


def client() -> str:
    """The address that the visitor's limits count for, see `app.guard.websockets`.

    Empty where nobody is counted: on this machine itself, and outside a run of the page.
    """
    address = st.context.ip_address if st.runtime.exists() else None
    return address if isinstance(address, str) else ""
