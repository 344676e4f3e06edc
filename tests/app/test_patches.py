"""The patches of other libraries are still needed: if a test here fails, its patch can go."""

import socket
import subprocess
import sys
from contextlib import closing
from functools import partial

import pytest
from streamlit import net_util
from streamlit.web.server import server_util
from streamlit.web.server.starlette import starlette_server

from tests.support.paths import ROOT

# Prints when pandas is imported, whether or not it is installed: while the page runs, and when
# Streamlit itself checks what a component is given.
LOOK_FOR_DATA_FRAMES = """
import sys
from contextlib import suppress
from streamlit import dataframe_util
from streamlit.testing.v1 import AppTest

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "pandas":
            print(name)

sys.meta_path.insert(0, Finder())
assert not AppTest.from_file("app/main.py", default_timeout=60).run().exception
print("page")
with suppress(ModuleNotFoundError):
    dataframe_util.is_dataframe_like({"objects": []})
"""


def test_streamlits_socket_does_not_say_that_it_is_tcp() -> None:
    """This shows that asyncio leaves Nagle's algorithm on; see `app.api.tcp`."""
    with closing(starlette_server._bind_socket("127.0.0.1", 0, 1)) as listening:
        assert listening.proto != socket.IPPROTO_TCP


def test_streamlit_asks_for_its_addresses_to_judge_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of a named origin gets past the guard, and fails only here; see `app.server`."""
    asked: list[str] = []
    names = ["get_internal_ip", "get_external_ip"]
    for name in names:
        monkeypatch.setattr(net_util, name, partial(asked.append, name))
    assert not server_util.is_url_from_allowed_origins("https://elsewhere.example")
    assert asked == names


def test_streamlit_imports_pandas_for_what_a_component_is_given() -> None:
    """The page avoids this; see `app.page.plain_data`."""
    command = [sys.executable, "-c", LOOK_FOR_DATA_FRAMES]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["page", "pandas"]
