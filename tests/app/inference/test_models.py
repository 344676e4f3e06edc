"""DIGITS_MODEL names the model that everything uses."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from app.inference.models import model_file, models_folder
from tests.support.paths import ROOT
from tests.support.server import running
from tests.support.service import coded, strokes


@pytest.fixture
def other_model(tmp_path: Path) -> Path:
    """A model with another name and without figures."""
    path = tmp_path / "other.onnx"
    shutil.copyfile(models_folder() / "model.onnx", path)
    return path


@pytest.mark.parametrize("named", ["", "other.onnx"])
def test_the_variable_names_the_model(named: str) -> None:
    expected = Path(named) if named else models_folder() / "model.onnx"
    assert model_file({"DIGITS_MODEL": named}) == expected
    assert model_file({}) == models_folder() / "model.onnx"


def ran(arguments: list[str], model: Path) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"DIGITS_MODEL": str(model)}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def test_the_command_and_python_use_it(other_model: Path, tmp_path: Path) -> None:
    picture = tmp_path / "three.png"
    picture.write_bytes(coded(".png"))
    read = ["-m", "app", "read", str(picture)]
    assert ran(read, other_model).stdout.startswith("3\t")
    missing = ran(read, tmp_path / "none.onnx")
    assert missing.returncode == 2
    assert f"{tmp_path / 'none.onnx'}: expected a model file" in missing.stderr
    code = "from app.recognizer import Recognizer; Recognizer()"
    assert "none.onnx: expected a model file" in ran(["-c", code], tmp_path / "none.onnx").stderr


def test_page_and_service_use_it(other_model: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app" / "server.py")]
    with running(command, tmp_path, {"DIGITS_MODEL": str(other_model)}) as port:
        address = f"http://127.0.0.1:{port}"
        body = json.dumps({"strokes": strokes(4)})
        assert requests.post(f"{address}/api/read", body, timeout=60).json()["text"] == "4"
        assert requests.get(f"{address}/api/model", timeout=60).json()["figures"] is None
        other_model.unlink()  # it is already loaded, and nothing looks for another
        assert requests.get(f"{address}/readyz", timeout=60).status_code == 200
    refused = ran([*command[1:], "--server.port=0"], other_model)
    assert refused.returncode != 0
    said = f"serve: DIGITS_MODEL: {other_model}: expected a model file"
    assert said in refused.stdout + refused.stderr
