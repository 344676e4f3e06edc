"""GET /api shows examples that work as they are printed there."""

import contextlib
import html
import io
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from starlette.requests import Request

from app.api import examples
from tests.support.optional import NEEDS
from tests.support.service import FREE, coded, serving


def example(address: str, language: str) -> str:
    """The page's example in a language."""
    page = requests.get(f"{address}/api", timeout=9).text
    (code,) = re.findall(rf'<pre data-language="{language}">\n(.*?)</pre>', page, re.S)
    return html.unescape(code)


@pytest.fixture
def picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The picture that the examples read, in the working folder."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "digits.png"
    path.write_bytes(coded(".png"))
    return path


@pytest.mark.usefixtures("picture")
def test_the_curl_examples_read(address: str) -> None:
    if shutil.which("curl") is None:
        pytest.skip(f"{NEEDS}curl")
    code = "\n".join(
        line.replace("curl ", "curl --silent --write-out '\\n' ")
        for line in example(address, "sh").splitlines()
    )
    done = subprocess.run(["sh", "-ec", code], capture_output=True, text=True, check=True)
    assert re.findall(r'"text":"(.*?)"', done.stdout) == ["3", "7"]


@pytest.mark.usefixtures("picture")
def test_the_python_example_reads(address: str) -> None:
    with contextlib.redirect_stdout(io.StringIO()) as output:
        exec(compile(example(address, "python"), "example", "exec"), {})
    assert output.getvalue() == "3\n"


def test_the_javascript_example_reads(address: str, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip(f"{NEEDS}node")
    script = tmp_path / "example.mjs"
    script.write_text(example(address, "js"))
    done = subprocess.run([node, script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "7\n"


@pytest.mark.parametrize("path", ["/api", "/api/"])
def test_the_page_has_this_servers_address(address: str, path: str) -> None:
    response = requests.get(address + path, timeout=9)
    assert (response.status_code, response.headers["Content-Type"]) == (
        200,
        "text/html; charset=utf-8",
    )
    assert f"curl --data-binary @digits.png {address}/api/read" in response.text
    assert '<a href="/api/openapi.json">' in response.text
    assert "$" not in response.text


def test_a_hostile_host_is_shown_as_text(address: str) -> None:
    response = requests.get(f"{address}/api", headers={"Host": "<script>x</script>"}, timeout=9)
    assert "<script>" not in response.text


def test_the_page_says_the_limit_and_how_to_change_it() -> None:
    with serving(replace(FREE, rate=77)) as limited:
        page = requests.get(f"{limited}/api", timeout=9).text
    assert "read 77 times a minute, which DIGITS_RATE changes" in page
    with serving(FREE) as unlimited:
        assert "DIGITS_RATE" not in requests.get(f"{unlimited}/api", timeout=9).text


@pytest.mark.parametrize("proxies, scheme", [(0, "http"), (1, "https")])
def test_the_address_is_the_proxys(proxies: int, scheme: str) -> None:
    headers = [(b"host", b"digits.example"), (b"x-forwarded-proto", b"https")]
    scope = {"type": "http", "scheme": "http", "path": "/", "query_string": b"", "headers": headers}
    page = examples.page(Request(scope), replace(FREE, proxies=proxies), "/digits")
    assert f"{scheme}://digits.example/digits/api/read" in page
