"""The commands of training and export: --help is quick, as it imports nothing heavy."""

import subprocess
import sys

import pytest

from tests.support.paths import ROOT

HEAVY = ("torch", "onnx", "onnxruntime", "scipy", "matplotlib", "tqdm")
# Runs a module's --help, and prints which of these packages were imported for it.
HELP = """
import contextlib, io, runpy, sys

module, *heavy = sys.argv[1:]
sys.argv[1:] = ["--help"]
text = io.StringIO()
with contextlib.redirect_stdout(text), contextlib.suppress(SystemExit):
    runpy.run_module(module, run_name="__main__")
assert f"python -m {module} " in text.getvalue(), text.getvalue()
print(*(name for name in heavy if name in sys.modules))
"""


def commands() -> list[str]:
    """The modules of `train` and `export` that can be run."""
    paths = [path for name in ("train", "export") for path in (ROOT / name).rglob("*.py")]
    runnable = [path for path in paths if 'if __name__ == "__main__"' in path.read_text("utf-8")]
    names = [path.relative_to(ROOT).with_suffix("").parts for path in runnable]
    return sorted(".".join(name).removesuffix(".__main__") for name in names)


@pytest.mark.parametrize("module", commands())
def test_help_imports_nothing_heavy(module: str) -> None:
    command = [sys.executable, "-c", HELP, module, *HEAVY]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_all_commands_are_found() -> None:
    expected = {"train", "train.data", "train.evaluate", "export", "export.table"}
    assert expected <= set(commands())
