"""The image: the lock that it is installed from, the files in it, and that it serves."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tests.tools.image_files import (
    DOCKERFILE,
    LOCK,
    ask,
    image_files,
    is_ignored,
    left_out,
    locked,
    serving_image,
    wanted,
)

ONE = json.dumps({"strokes": [[[50, 10], [49, 40], [48, 90]]]})


# The lock.


def test_the_lock_agrees_with_the_requirements() -> None:
    lines = (ROOT / "requirements-app.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line and not line.startswith("#"):
            name, version = line.split("==")
            assert locked()[name][0] == version


def test_the_lock_has_all_but_what_it_says_to_leave_out() -> None:
    assert left_out() < set(wanted())
    assert set(locked()) == set(wanted()) - left_out()


def test_the_locks_command_is_whole_and_in_order() -> None:
    comment = "".join(line[1:] for line in LOCK.splitlines() if line.startswith("#"))
    command = shlex.split(comment[comment.index("uv pip compile") :].replace("\\", " "))
    named = [word for word in command if word in wanted()]
    assert command.count("--no-emit-package") == len(named) == len(left_out())
    assert named == sorted(named)
    assert {"requirements-app.txt", "--generate-hashes", "--only-binary"} <= set(command)


# The image.


def test_exactly_the_needed_files_go_into_the_image() -> None:
    app = {path for path in (ROOT / "app").rglob("*") if path.is_file()}
    app = {path for path in app if not {"__pycache__", "images"} & set(path.parts)}
    networks = ("model", "finder", "reader")
    models = [f"{name}.{kind}" for name in networks for kind in ("onnx", "json")] + ["README.md"]
    expected = {path.relative_to(ROOT).as_posix() for path in app}
    expected |= {"requirements-app.lock", *[f"models/{name}" for name in models]}
    assert image_files() == expected
    kinds = {path.rpartition(".")[2] for path in image_files()}
    texts = {"py", "typed", "css", "js", "html", "svg", "toml", "json", "md", "lock"}
    assert kinds <= texts | {"onnx", "png", "jpg"}


@pytest.mark.parametrize(
    "path",
    ["train/engine/loop.py", "models/model.pth", ".git/config", "app/__pycache__/x.pyc", "runs/a"],
)
def test_nothing_else_is_sent_to_the_builder(path: str) -> None:
    assert is_ignored(path)


def test_the_image_serves_page_and_programs(tmp_path: Path) -> None:
    with serving_image(tmp_path) as port:
        assert ask(port, "/readyz")[0] == 200
        status, headers, body = ask(port, "/")
        assert status == 200
        assert "<title>Streamlit</title>" in body
        ink = ask(port, "/api/read", "POST", ONE, Content_Type="application/json")
        assert json.loads(ink[2])["text"] == "1"
        missing = ask(port, "/api/other")
        assert json.loads(missing[2])["error"]["code"] == "not_found"
        wrong = ask(port, "/healthz", "POST")
        assert wrong[0] == 405
        script = re.findall(r'src="\./(\S+\.js)"', body)[0]
        for fields in (headers, ink[1], missing[1], wrong[1], ask(port, f"/{script}")[1]):
            assert fields["x-content-type-options"] == "nosniff"
            assert fields["referrer-policy"] == "same-origin"
            framing = fields["content-security-policy"]
            assert framing == "frame-ancestors 'self' https://huggingface.co https://*.hf.space"


def test_the_dockerfile_keeps_hadolints_rules() -> None:
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    if hadolint is None:
        pytest.skip("needs hadolint")
    completed = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True)
    assert (completed.returncode, completed.stdout) == (0, "")


def test_the_image_is_small_safe_and_pinned() -> None:
    assert re.search(r"^FROM python:3\.\d+\.\d+-slim-\w+$", DOCKERFILE, re.M)
    for words in (
        "--no-deps",
        "--require-hashes",
        "--no-cache-dir",
        "--only-binary :all:",
        "HEALTHCHECK",
    ):
        assert words in DOCKERFILE
    assert re.findall(r"^USER (\S+)$", DOCKERFILE, re.M) == ["1000"]
    assert "apt-get" not in DOCKERFILE  # no compiler, no cache
    (check,) = re.findall(r"HEALTHCHECK .*?CMD (\[.*?\])\n", DOCKERFILE, re.S)
    command = json.loads(check.replace("\\\n", ""))
    compile(command[2], "HEALTHCHECK", "exec")
    assert "/healthz" in command[2]
