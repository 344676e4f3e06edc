"""`make image` says that a Python cannot be used before it installs 380 MB."""

import os
import sys
import tempfile
from pathlib import Path

import pytest

from tests.tools import run_dockerfile

RIGHT = "#!/bin/sh\nexit 0\n"
OLD = "#!/bin/sh\necho 'no module ensurepip' >&2\nexit 1\n"


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """A stand-in for an interpreter that every user may run."""
    temporary = Path(tempfile.gettempdir())
    for folder in (tmp_path, *tmp_path.parents):  # pytest makes them private
        if temporary in folder.parents:
            folder.chmod(0o755)
    path = tmp_path / "python"
    path.write_text(RIGHT)
    path.chmod(0o755)
    return path


def test_a_python_that_every_user_may_run_is_taken(python: Path) -> None:
    assert run_dockerfile.reason_against(str(python)) == ""


def test_a_python_without_venv_is_refused(python: Path) -> None:
    python.write_text(OLD)
    reason = run_dockerfile.reason_against(str(python))
    assert reason.startswith(f"user 1000 cannot run {python} with venv and Python 3.11")
    assert "(no module ensurepip)" in reason


@pytest.mark.skipif(os.name == "nt" or os.getuid() != 0, reason="only root can be another user")
def test_a_python_in_a_folder_of_roots_alone_ends_the_command(
    python: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    python.parent.chmod(0o700)
    assert run_dockerfile.main(["--python", str(python)]) == 2
    said = capsys.readouterr().err
    assert "Permission denied" in said
    assert "PYTHON=/usr/bin/python3" in said
    assert said.count("\n") == 1


def test_a_python_that_is_missing_ends_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_dockerfile.main(["--python", f"{sys.prefix}/none"]) == 2
    assert "No such file" in capsys.readouterr().err
