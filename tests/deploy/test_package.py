"""The wheel: what it contains, and that it reads and serves from another folder."""

import ast
import json
import os
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from app import __version__
from app.__main__ import main
from app.ink.files.formats import heif, pdf
from app.launcher import SERVER
from tests.support.paths import ROOT
from tests.support.pictures import sheet_png
from tests.tools.image_files import ask, image_files, started

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, built as `pip install .` builds it."""
    pytest.importorskip("hatchling", reason="needs hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run([*build, "--directory", folder], cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment with the wheel and this environment's other packages."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    pip = [sys.executable, "-m", "pip", "--python", str(scripts / "python"), "install", "--quiet"]
    subprocess.run([*pip, "--no-index", "--no-deps", str(wheel)], check=True)
    site = sysconfig.get_path("purelib", "venv", {"base": str(folder)})
    # By this name Streamlit knows that it is installed, so it must not be a link.
    (Path(site) / "others.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return scripts


def test_the_wheel_holds_what_the_image_holds(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    expected = image_files() - {"requirements-app.lock"}
    assert names == {f"app/{path}" if path.startswith("models/") else path for path in expected}
    assert {"app/py.typed", "app/.streamlit/config.toml", "app/page/static/page.css"} <= names


def test_the_version_is_written_once(wheel: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"digits {__version__}\n"
    assert wheel.name.startswith(f"digits-{__version__}-")
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {__version__}\n" in citation
    manifest = (ROOT / "deploy" / "kubernetes.yaml").read_text(encoding="utf-8")
    assert f"/digits:{__version__}\n" in manifest


def test_it_reads_from_another_folder(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(sheet_png(["2026"]))
    command = [str(installed / "digits"), "read", "picture.png", "--jsonl"]
    completed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert json.loads(completed.stdout)["text"] == "2026"
    where = "import app; print(app.__file__)"
    completed = subprocess.run(
        [installed / "python", "-c", where], cwd=tmp_path, capture_output=True, text=True
    )
    assert str(installed.parent) in completed.stdout  # not the repository's package


def test_it_serves_from_another_folder(installed: Path, tmp_path: Path) -> None:
    with started(tmp_path, command=[str(installed / "digits"), "serve"]) as port:
        assert ask(port, "/readyz")[0] == 200
        status, headers, page = ask(port, "/")
        assert (status, "<title>Streamlit</title>" in page) == (200, True)
        assert headers["x-content-type-options"] == "nosniff"  # from app/api, so the API is there
        ink = json.dumps({"strokes": [[[50, 10], [49, 40], [48, 90]]]})
        answer = ask(port, "/api/read", "POST", ink, Content_Type="application/json")
        assert json.loads(answer[2])["text"] == "1"


def test_serving_is_described_without_starting(installed: Path) -> None:
    completed = subprocess.run(
        [installed / "digits", "serve", "--help"], capture_output=True, text=True, check=True
    )
    assert "--port" in completed.stdout
    assert "--address" in completed.stdout


def test_the_package_needs_what_the_requirements_name() -> None:
    needs = map(Requirement, [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["serve"]])
    ranges = {need.name: need.specifier for need in needs}
    lines = (ROOT / "requirements-app.txt").read_text(encoding="utf-8").splitlines()
    exact = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    assert exact.keys() == ranges.keys()
    for name, version in exact.items():
        assert version in ranges[name], name


def imported() -> set[str]:
    """The third-party packages that app/ imports, by the names of their modules."""
    roots: set[str] = set()
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                roots |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                roots.add(node.module.partition(".")[0])
    return roots - {"app"} - sys.stdlib_module_names


def test_all_that_is_imported_is_required() -> None:
    packages = packages_distributions()
    # The libraries of the extra `files` are imported by name, if they are installed.
    needed = {packages[root][0] for root in imported() - {"google"}} | {"protobuf"}
    lines = (ROOT / "requirements-app.txt").read_text(encoding="utf-8").splitlines()
    required = {line.partition("==")[0] for line in lines if not line.startswith("#")}
    # Starlette imports the last one when it parses a form.
    assert required == {name.lower().replace("_", "-") for name in needed} | {"python-multipart"}


def test_the_optional_decoders_are_an_extra() -> None:
    needs = map(Requirement, PROJECT["optional-dependencies"]["files"])
    ranges = {need.name: need.specifier for need in needs}
    assert {name.replace("-", "_") for name in ranges} == {heif.DECODER, pdf.DECODER}
    text = (ROOT / "tests" / "requirements.txt").read_text(encoding="utf-8")
    exact = dict(line.split("==") for line in text.splitlines() if "==" in line)
    for name, allowed in ranges.items():
        assert exact[name] in allowed


def test_the_server_is_where_the_launcher_looks() -> None:
    assert SERVER == ROOT / "app" / "server.py"
