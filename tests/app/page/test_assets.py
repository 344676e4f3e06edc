"""The page's scripts and style sheets: each is used, and their linter may be missing."""

import os
import re
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
    # Of components in a shadow root.
    styles = {"annotated_picture.css", "camera_help.css", "copy_button.css"}
    assert names == {*stylesheet.FILES, *scripts, *styles}


def test_python_holds_no_script_and_no_style_sheet() -> None:
    for path in [*(ROOT / "app" / "page").glob("*.py"), ROOT / "app" / "main.py"]:
        source = path.read_text(encoding="utf-8")
        for code in ("export default", "querySelector", "addEventListener", "font-size:"):
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
    for name in stylesheet.FILES:
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


@pytest.mark.parametrize("size", [canvas.WIDE, canvas.PHONE], ids=["wide", "phone"])
def test_a_larger_window_shows_a_larger_sheet(size: canvas.Size) -> None:
    for window in stylesheet.WINDOWS[size]:
        rules = re.findall(
            rf"@media {re.escape(window.condition)} and \(min-width:(\d+)px\)"
            r" and \(min-height:(\d+)px\)\{:root\{--factor:([\d.]+)\}\}",
            stylesheet.for_size(size),
        )
        factors = [float(factor) for *_, factor in rules]
        assert factors == sorted(factors), "the last rule that matches counts"
        assert factors[-1] == stylesheet.MAX_FACTOR
        for width, height, factor in rules:
            assert float(factor) * size.width <= int(width) - window.beside + 1
            assert float(factor) * size.height <= int(height) - window.above + 1
