"""Patches of other libraries are still needed: where a test fails here, its patch can go."""

import socket
from contextlib import closing
from functools import partial

import pytest
from streamlit import net_util
from streamlit.web.server import server_util
from streamlit.web.server.starlette import starlette_server


def test_streamlits_socket_does_not_say_that_it_is_tcp() -> None:
    """So asyncio leaves Nagle's algorithm on; see `app.api.tcp`."""
    with closing(starlette_server._bind_socket("127.0.0.1", 0, 1)) as listening:
        assert listening.proto != socket.IPPROTO_TCP


def test_streamlit_asks_for_its_addresses_to_judge_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of a named origin gets past the guard, and then this far; see `app.server`."""
    asked: list[str] = []
    names = ["get_internal_ip", "get_external_ip"]
    for name in names:
        monkeypatch.setattr(net_util, name, partial(asked.append, name))
    assert not server_util.is_url_from_allowed_origins("https://elsewhere.example")
    assert asked == names
