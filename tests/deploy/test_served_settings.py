"""The settings apply wherever the server is started, and for pages of other sites."""

import http.client
import http.server
import json
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload

from tests.support.paths import ROOT
from tests.tools.image_files import (
    ask,
    started,
)

ONE = json.dumps({"strokes": [[[50, 10], [49, 40], [48, 90]]]})


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The server started from a folder whose own settings are careless; its port."""
    folder = tmp_path_factory.mktemp("elsewhere")
    (folder / ".streamlit").mkdir()
    careless = "[server]\nenableCORS = false\nmaxUploadSize = 999\nenableXsrfProtection = true\n"
    (folder / ".streamlit" / "config.toml").write_text(careless)
    with started(folder, ROOT / "app" / "server.py", DIGITS_RATE="0") as port:
        yield port


def test_make_run_serves_page_and_programs() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (commands,) = re.findall(r"^run:.*\n((?:\t.*\n)+)", makefile, re.M)
    command = commands.splitlines()[-1]
    assert command == '\t@$(APP) -m app serve --port "$(PORT)"'


def test_the_server_reads_from_any_folder(elsewhere: int) -> None:
    assert ask(elsewhere, "/readyz")[0] == 200
    assert ask(elsewhere, "/_stcore/health")[0] == 200
    reading = ask(elsewhere, "/api/read", "POST", ONE, Content_Type="application/json")
    assert json.loads(reading[2])["numbers"] == ["1"]


def test_an_upload_needs_a_session_but_not_a_cookie(elsewhere: int) -> None:
    status, headers, text = ask(elsewhere, "/_stcore/upload_file/none/none", "PUT", "x")
    assert (status, "session_id" in text) == (400, True)  # 403 would mean that a token is wanted
    assert "access-control-allow-origin" not in headers
    assert "set-cookie" not in ask(elsewhere, "/_stcore/health")[1]


@pytest.mark.parametrize("is_own, expected", [(True, 101), (False, 403)])
def test_only_the_own_page_may_open_a_websocket(
    elsewhere: int, is_own: bool, expected: int
) -> None:
    status, _, _ = ask(
        elsewhere,
        "/_stcore/stream",
        Connection="Upgrade",
        Upgrade="websocket",
        Origin=f"http://127.0.0.1:{elsewhere}" if is_own else "https://elsewhere.example",
        Sec_WebSocket_Key="AAAAAAAAAAAAAAAAAAAAAA==",
        Sec_WebSocket_Version="13",
    )
    assert status == expected


def test_answers_leave_at_once(elsewhere: int) -> None:
    took = []
    with closing(http.client.HTTPConnection("127.0.0.1", elsewhere, timeout=30)) as connection:
        for _ in range(20):
            start = time.perf_counter()
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            took.append(time.perf_counter() - start)
    assert min(took[5:]) < 0.035  # seconds; an answer delayed by Nagle's algorithm takes 0.04


def test_the_page_alone_starts_from_any_folder(tmp_path: Path) -> None:
    with started(tmp_path, ROOT / "app" / "main.py") as port:
        assert ask(port, "/_stcore/health")[0] == 200
        assert ask(port, "/_stcore/upload_file/none/none", "PUT", "x")[0] == 400
        assert "<title>Streamlit</title>" in ask(port, "/readyz")[2]  # no service, so the page


def test_a_base_path_holds_for_page_and_programs() -> None:
    server = ROOT / "app" / "server.py"
    with started(ROOT, server, STREAMLIT_SERVER_BASE_URL_PATH="/digits/") as port:
        assert ask(port, "/digits/")[0] == 200
        assert ask(port, "/healthz")[0] == 200
        description = json.loads(ask(port, "/digits/api/openapi.json")[2])
        assert description["servers"] == [{"url": "/digits"}]
        ink = ask(port, "/digits/api/read", "POST", ONE, Content_Type="application/json")
        assert json.loads(ink[2])["text"] == "1"


UPLOADER = """
import streamlit as st

file = st.file_uploader("picture")
st.write(f"came {file.size} bytes" if file else "nothing came")
"""


@pytest.mark.parametrize("protection, said", [(None, "came 5 bytes"), ("true", "403")])
def test_an_upload_arrives_in_another_sites_frame(
    browser: Browser, tmp_path: Path, protection: str | None, said: str
) -> None:
    # As on a Space. With the XSRF protection that the settings turn off, the upload would fail.
    (tmp_path / "uploader.py").write_text(UPLOADER)
    shutil.copytree(ROOT / "app" / ".streamlit", tmp_path / ".streamlit")
    off = {"STREAMLIT_SERVER_ENABLE_XSRF_PROTECTION": protection} if protection else {}
    with (
        started(tmp_path, tmp_path / "uploader.py", **off) as port,
        framing(f"http://127.0.0.1:{port}/") as outer,
        closing(browser.new_context()) as context,
    ):
        page = context.new_page()
        page.goto(f"http://localhost:{outer}/")  # for browsers, a different site from 127.0.0.1
        frame = page.frame_locator("iframe")
        chosen: FilePayload = {"name": "a.txt", "mimeType": "text/plain", "buffer": b"12345"}
        frame.locator("input[type=file]").set_input_files([chosen], timeout=30_000)
        frame.get_by_text(said).first.wait_for(timeout=20_000)


@contextmanager
def framing(address: str) -> Iterator[int]:
    """Serves a page with a frame that shows this address; yields the page's port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f'<iframe src="{address}" width="900" height="700">'.encode())

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.mark.parametrize("imports", ["import app, cv2", "import cv2, app"])
def test_the_limit_on_pixels_does_not_depend_on_who_imports_first(imports: str) -> None:
    # 50.41 million pixels, which OpenCV decodes by default in any program's process.
    code = (
        f"{imports}, numpy\n"
        "from app.ink.files import picture_file\n"
        "coded = cv2.imencode('.png', numpy.zeros((7_100, 7_100), numpy.uint8))[1]\n"
        "assert cv2.imdecode(coded, cv2.IMREAD_UNCHANGED) is not None\n"
        "picture_file.decode(coded.tobytes())"
    )
    completed = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True
    )
    assert completed.returncode == 1
    assert "expected at most 50,000,000 pixels, got 7,100 x 7,100" in completed.stderr
