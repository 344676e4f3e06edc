"""The ways to write: Draw, Picture and Camera, each with its own address such as `?way=picture`."""

from collections.abc import Callable
from typing import Final

import streamlit as st

from app.page import assets

WAYS: Final = {
    "Draw": ":material/draw:",
    "Picture": ":material/image:",
    "Camera": ":material/photo_camera:",
}
DEFAULT: Final = "Draw"  # its address has no parameter
PARAMETER: Final = "way"

_address: Final = assets.component("address", "<span></span>")


def choose(leave: Callable[[], None]) -> str:
    """Shows the ways to write; returns the chosen one. leave: called before another is shown."""
    st.session_state.setdefault("way", way_named(st.query_params.get(PARAMETER, "")) or DEFAULT)
    chosen = st.segmented_control(
        "How to write",
        list(WAYS),
        required=True,
        format_func=lambda name: f"{WAYS[name]} {name}",
        key="way",
        on_change=leave,
        label_visibility="collapsed",
    )
    way = chosen or DEFAULT
    _follow_address(way, leave)
    return way


def go(way: str, leave: Callable[[], None]) -> None:
    """Chooses a way to write from the next run on; leave: see `choose`."""
    if st.session_state.way != way:
        leave()
        st.session_state.way = way


def way_named(name: object) -> str | None:
    """The way with this name in an address, if there is one."""
    return next((way for way in WAYS if way.lower() == name), None)


def _follow_address(way: str, leave: Callable[[], None]) -> None:
    """Makes the browser's address that of the way, and follows the browser's Back button."""

    def follow() -> None:
        if target := way_named(st.session_state.address.went):
            go(target, leave)

    data = {"parameter": PARAMETER, "way": way.lower(), "default": DEFAULT.lower()}
    _address(data=data, key="address", on_went_change=follow)
