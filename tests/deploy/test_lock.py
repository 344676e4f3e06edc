"""Every part of the page and of the service works without the packages that the lock leaves out."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import (
    button,
    change_sheet,
    draw_with_mouse,
    expect_read,
    number_on_sheet,
    open_page,
    upload,
    way,
)
from tests.support.paths import ROOT
from tests.support.pictures import sheet_png
from tests.tools.image_files import ask, lay_out_packages, left_out, modules, serving_image

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The image's files, served with the image's packages only."""
    with serving_image(tmp_path_factory.mktemp("image")) as port:
        yield port


@pytest.fixture
def page(browser: Browser, port: int) -> Iterator[Page]:
    """A new visitor of that server."""
    page = open_page(browser, f"http://127.0.0.1:{port}")
    yield page
    page.context.close()


def test_what_is_left_out_is_out_of_reach(tmp_path: Path) -> None:
    # Otherwise the tests below would prove nothing.
    folder = tmp_path / "packages"
    lay_out_packages(folder)
    names = {name for package in left_out() for name in modules(package) if name.isidentifier()}
    assert {"pandas", "pyarrow", "dateutil", "attr"} <= names
    code = (
        "import importlib.util, sys\n"
        "print(*[one for one in sys.argv[1:] if importlib.util.find_spec(one)])"
    )
    command = [sys.executable, "-S", "-c", code, "streamlit", *sorted(names)]
    environment = {"PYTHONPATH": str(folder)}
    completed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert completed.stdout.split() == ["streamlit"]


def test_the_readme_says_what_is_left_out() -> None:
    text = (ROOT / "deploy" / "README.md").read_text(encoding="utf-8")
    (table,) = re.findall(r"^\| left out .*\n\|[ -|]+\n((?:\|.*\n)+)", text, re.M)
    packages = [name for row in table.splitlines() for name in row.split("|")[1].split(",")]
    assert {name.strip() for name in packages} == left_out()


def test_a_program_is_answered(port: int) -> None:
    assert ask(port, "/readyz")[0] == 200
    assert ask(port, "/api/model")[0] == 200
    assert ask(port, "/api/openapi.json")[0] == 200
    ink = json.dumps({"strokes": [[[50, 10], [49, 40], [48, 90]]]})
    picture = sheet_png(["2026", "583"])
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    form = head + picture + b"\r\n--x--\r\n"
    bodies: list[tuple[str, str | bytes, str]] = [
        ("application/json", ink, "1"),
        ("image/png", picture, "2026\n583"),
        ("multipart/form-data; boundary=x", form, "2026\n583"),
    ]
    for kind, body, text in bodies:
        status, _, answer = ask(port, "/api/read", "POST", body, Content_Type=kind)
        assert (status, json.loads(answer)["text"]) == (200, text)


def test_a_drawing_is_read_corrected_and_explained(page: Page) -> None:
    draw_with_mouse(page, number_on_sheet(page, "2026"))
    expect_read(page, "2026 ")
    button(page, "tile-1").click()
    expect(page.locator(".seen")).to_contain_text("supports a 0")
    button(page, "right-3").click()
    expect_read(page, "2326 ")
    change_sheet(page, "undo")
    change_sheet(page, "clear")
    change_sheet(page, "sample-1")
    expect_read(page, "5 ")
    page.get_by_text("How it works").click()
    expect(page.get_by_text("This reading took")).to_be_visible()
    button(page, "card").click()
    expect(page.get_by_role("dialog")).to_contain_text("Intended use")
    page.keyboard.press("Escape")
    expect(page.locator(".stException")).to_have_count(0)


def test_a_picture_is_read_and_corrected(page: Page) -> None:
    upload(page, "broken.png", b"no picture")
    expect(page.get_by_text("picture in a format that can be read here")).to_be_visible()
    upload(page, "sheet.png", sheet_png(["2026", "583"]))
    expect_read(page, "2026")
    button(page, "tile-1").click()
    expect(page.locator(".seen")).to_contain_text("supports a 0")  # the 0 is selected
    button(page, "right-3").click()
    expect_read(page, "2326")
    page.get_by_text("How it works").click()
    expect(page.get_by_text("This reading took")).to_be_visible()
    expect(page.locator(".stException")).to_have_count(0)


def test_the_camera_is_offered(page: Page) -> None:
    way(page, "Camera")
    expect(page.locator(".st-key-camera [data-testid=stCameraInput]")).to_be_visible()
    expect_read(page, "The reading appears here")
    way(page, "Draw")
    expect_read(page, "Draw a digit")
    expect(page.locator(".stException")).to_have_count(0)
