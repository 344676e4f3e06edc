"""The server behind nginx, and behind Caddy if it is installed, as deploy/ configures them."""

import http.client
import json
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from playwright.sync_api import Browser

from tests.support import proxies
from tests.support.browser import (
    draw_with_mouse,
    expect_read,
    number_on_sheet,
    open_page,
    upload,
)
from tests.support.paths import ROOT
from tests.support.service import coded
from tests.tools.image_files import started

pytestmark = pytest.mark.slow

MAX_BODY_BYTES: Final = 20_000_000  # the default of DIGITS_BODY_BYTES
BURST: Final = 6  # reads at once, so that a client's share is soon used up
SETTINGS: Final = {
    "DIGITS_PROXIES": "1",
    "DIGITS_RATE": "1",
    "DIGITS_BURST": str(BURST),
}
ONE: Final = json.dumps({"strokes": [[[50, 10], [49, 40], [48, 90]]]}).encode()


class Site(NamedTuple):
    """A server behind a proxy.

    network: a network of this machine that only this proxy's clients use, such as "127.0.2".
    """

    address: str
    prefix: str
    network: str


@pytest.fixture(scope="module", params=["", "/digits"], ids=["own host", "part of a site"])
def server(request: pytest.FixtureRequest) -> Iterator[tuple[int, str]]:
    """The port and the path of a server behind a proxy."""
    prefix: str = request.param
    variables = {**SETTINGS, "STREAMLIT_SERVER_BASE_URL_PATH": prefix}
    with started(ROOT, ROOT / "app" / "server.py", **variables) as port:
        yield port, prefix


@pytest.fixture(scope="module", params=[proxies.NGINX, proxies.CADDY])
def site(
    request: pytest.FixtureRequest,
    server: tuple[int, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """The server behind each proxy."""
    program = proxies.find(request.param)
    if program is None and request.param == proxies.NGINX:
        pytest.skip("needs nginx: tests/tools/nginx.sh fetches it")
    if program is None:
        pytest.skip("Caddy is not installed, and nginx is tested")
    is_nginx = request.param == proxies.NGINX
    run, network = (proxies.nginx, "127.0.2") if is_nginx else (proxies.caddy, "127.0.3")
    port, prefix = server
    with run(program, tmp_path_factory.mktemp("proxy"), [port], prefix) as proxy:
        yield Site(proxy.address, prefix, network)


# What Debian's nginx has by default.
WELCOME: Final = """
server {
    listen 80 default_server;
    root /var/www/html;
    server_name _;
}
"""


def test_debians_welcome_page_cannot_hide_the_site(tmp_path: Path) -> None:
    program = proxies.find(proxies.NGINX)
    if program is None:
        pytest.skip("needs nginx: tests/tools/nginx.sh fetches it")
    site = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    (tmp_path / "site").write_text(WELCOME + site)
    (tmp_path / "nginx.conf").write_text(proxies.AROUND.format(folder=tmp_path, user=""))
    command = [program, "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    completed = subprocess.run([*command, "-e", "stderr"], capture_output=True, text=True)
    assert completed.returncode != 0
    assert "a duplicate default server for 0.0.0.0:80" in completed.stderr


def post(site: Site, body: bytes, kind: str, client: int, **headers: str) -> tuple[int, str]:
    """Status and answer of a read. client: the last part of its address in the site's network."""
    host, _, port = site.address.removeprefix("http://").partition(":")
    fields = {"Content-Type": kind, **{name.replace("_", "-"): headers[name] for name in headers}}
    source = (f"{site.network}.{client}", 0)
    connection = http.client.HTTPConnection(host, int(port), 60, source)
    with closing(connection):
        with suppress(BrokenPipeError):  # the body is refused while it is sent
            connection.request("POST", f"{site.prefix}/api/read", body, fields)
        response = connection.getresponse()
        return response.status, response.read().decode()


def largest_jpeg() -> bytes:
    """A photograph of a 3 with a film after it, as phones write them, of MAX_BODY_BYTES bytes."""
    content = coded(".jpg")
    return content + bytes(MAX_BODY_BYTES - len(content))


def test_the_largest_picture_passes_and_a_larger_one_is_refused_by_the_server(site: Site) -> None:
    status, answer = post(site, largest_jpeg(), "image/jpeg", 2)
    assert (status, json.loads(answer)["text"]) == (200, "3")
    status, answer = post(site, largest_jpeg() + b"0", "image/jpeg", 2)
    assert (status, json.loads(answer)["error"]["code"]) == (413, "payload_too_large")


def test_limits_hold_for_each_client_despite_forged_addresses(site: Site) -> None:
    def ask(client: int, invented: str) -> tuple[int, str]:
        return post(site, ONE, "application/json", client, X_Forwarded_For=invented)

    statuses = {ask(3, f"203.0.113.{number}")[0] for number in range(BURST)}
    assert statuses == {200}
    status, answer = ask(3, "203.0.113.99")
    assert (status, json.loads(answer)["error"]["code"]) == (429, "rate_limited")
    assert ask(4, "203.0.113.1")[0] == 200


def test_a_browser_draws_sees_it_read_live_and_uploads(browser: Browser, site: Site) -> None:
    page = open_page(browser, f"{site.address}{site.prefix}/")
    with closing(page.context):
        *two, six = number_on_sheet(page, "26")
        draw_with_mouse(page, two)
        expect_read(page, "2 ")
        with page.expect_response(f"**{site.prefix}/api/live") as live:
            page.mouse.move(*six[0])
            page.mouse.down()
            for x, y in six[1:]:
                page.mouse.move(x, y)
        assert live.value.status == 200  # while the pen is still down
        page.mouse.up()
        expect_read(page, "26")
        upload(page, "three.jpg", largest_jpeg())
        expect_read(page, "3 ")
