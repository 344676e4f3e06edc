"""ONNX Runtime's telemetry is off."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.paths import ROOT

READ = (
    "from app.recognizer import Recognizer; print(Recognizer().read_ink([[[0, 0], [1, 90]]]).text)"
)


def test_onnx_runtime_keeps_no_record_of_the_machine(tmp_path: Path) -> None:
    # In a test or on CI, which it recognises by these variables, it would report nothing anyway.
    quiet = ("CI", "GITHUB_ACTIONS", "PYTEST_CURRENT_TEST", "ORT_DISABLE_TELEMETRY")
    environment = {name: value for name, value in os.environ.items() if name not in quiet}
    environment |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    command = [sys.executable, "-c", READ]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stdout == "1\n", done.stderr
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
