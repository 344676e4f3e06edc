"""What happens to tests whose packages are not installed."""

import subprocess
import sys
from pathlib import Path

from tests.support.paths import ROOT

SKIP = "import pytest\n\ndef test_a():\n    pytest.skip('{}')\n"
MODULES = {
    "test_package.py": "import absent",
    "test_program.py": SKIP.format("needs a program"),
    "test_root.py": SKIP.format("is root"),
    "test_own.py": "import app.absent",
    "test_part.py": "import json.absent",
}
MISTAKES = ["No module named 'app.absent'", "No module named 'json.absent'"]


def run(folder: Path, *options: str) -> tuple[int, str]:
    """pytest's exit status and output for those modules, with this project's conftest."""
    for name, text in MODULES.items():
        (folder / name).write_text(text, encoding="utf-8")
    plugin = ["-p", "tests.conftest", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT)]
    command = [sys.executable, "-m", "pytest", "--continue-on-collection-errors", *plugin]
    done = subprocess.run([*command, *options, folder], cwd=ROOT, capture_output=True, text=True)
    return done.returncode, done.stdout


def test_what_is_missing_is_skipped_but_mistakes_fail(tmp_path: Path) -> None:
    status, output = run(tmp_path)
    assert status == 1
    assert "3 skipped, 2 errors" in output
    assert "needs absent, which is not installed" in output
    assert all(mistake in output for mistake in MISTAKES)


def test_what_is_missing_fails_where_all_is_required(tmp_path: Path) -> None:
    status, output = run(tmp_path, "--require-all")
    assert status == 1
    assert "1 failed, 1 skipped, 3 errors" in output
    assert "needs a program (--require-all forbids to skip it)" in output
    assert "needs absent, which is not installed (--require-all forbids to skip it)" in output
