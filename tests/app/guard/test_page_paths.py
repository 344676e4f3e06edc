"""Only the page's own path shows the page."""

from collections.abc import Iterator

import pytest
import requests

from tests.support.paths import ROOT
from tests.tools.image_files import started


@pytest.fixture(scope="module", params=["", "digits"])
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page, at the root of its server or below a path."""
    folder, path = tmp_path_factory.mktemp("page"), request.param
    variables = {"STREAMLIT_SERVER_BASE_URL_PATH": path}
    with started(folder, ROOT / "app" / "server.py", **variables) as port:
        yield f"http://127.0.0.1:{port}" + (f"/{path}" if path else "")


@pytest.mark.parametrize("path", ["/", "/?theme=dark", "/index.html"])
def test_the_page_is_at_its_path(page: str, path: str) -> None:
    response = requests.get(page + path, timeout=60)
    assert response.status_code == 200
    assert "<title>Streamlit</title>" in response.text


@pytest.mark.parametrize(
    "path",
    ["/docs", "/metrics", "/redoc", "/swagger", "/status", "/admin/", "/a/b", "/_stcore/nothing"],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_other_paths_never_show_the_page(page: str, path: str, method: str) -> None:
    response = requests.request(method, page + path, timeout=60)
    assert response.status_code == 404
    assert "<html" not in response.text
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_what_the_page_needs_is_served(page: str) -> None:
    html = requests.get(f"{page}/", timeout=60).text
    script = html.split('src="./')[1].split('"')[0]
    assert requests.get(f"{page}/{script}", timeout=60).status_code == 200
    assert requests.get(f"{page}/_stcore/health", timeout=60).text == "ok"
