"""The page's scripts and style sheets: each is used, and their linter may be missing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from app.page import assets, canvas, stylesheet
from tests.support.paths import ROOT

COMPONENTS = (
    "address",
    "annotated_picture",
    "camera_help",
    "connection",
    "copy_button",
    "hand",
    "headline",
    "html_panel",
    "kept_drawing",
    "paste_picture",
    "pen",
)
SHELL = shutil.which("sh")


def test_every_file_is_used() -> None:
    names = {file.name for file in assets.STATIC.iterdir()}
    scripts = {f"{component}.js" for component in COMPONENTS}
    # Classes of components in a shadow root.
    styles = {"annotated_picture.css", "camera_help.css", "copy_button.css"}
    sheets = {*stylesheet.FILES, *stylesheet.SHEET_FILES.values()}
    assert names == {*sheets, *scripts, *styles, "icon.svg"}


def test_python_holds_no_script_and_no_style_sheet() -> None:
    for path in [*(ROOT / "app" / "page").glob("*.py"), ROOT / "app" / "main.py"]:
        source = path.read_text(encoding="utf-8")
        for code in ("export default", "querySelector", "addEventListener", "font-size:", "@media"):
            assert code not in source, f"{path.name} holds JavaScript or CSS: {code}"


@pytest.mark.parametrize(
    "size, width, height",
    [(canvas.WIDE, "600px", "260px"), (canvas.PHONE, "280px", "240px")],
    ids=["wide", "phone"],
)
def test_the_style_sheet_has_the_size_of_the_sheet(
    size: canvas.Size, width: str, height: str
) -> None:
    html = stylesheet.for_size(size)
    assert f"--sheet-width:{width};--sheet-height:{height};" in html
    for name in (*stylesheet.FILES, stylesheet.SHEET_FILES[size]):
        assert assets.read(name) in html


@pytest.mark.skipif(SHELL is None, reason="needs a POSIX shell")
def test_the_linter_is_skipped_aloud_where_npm_is_missing(tmp_path: Path) -> None:
    checked = subprocess.run(
        [str(SHELL), ROOT / "tests" / "tools" / "biome.sh"],
        cwd=ROOT,
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        encoding="utf-8",
    )
    assert checked.returncode == 0, checked.stderr
    assert "skipped the check of JavaScript and CSS" in checked.stdout
