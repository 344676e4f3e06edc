"""What reading imports: neither PyTorch nor a page, and nothing that runs code from files."""

import ast
import importlib.util
import subprocess
import sys

import pytest

import app
from app import reading, recognizer
from app.recognizer import MODEL
from tests.support.paths import ROOT


def test_this_environment_has_no_torch() -> None:
    """The app's tests prove that it needs no PyTorch only if there is none to import."""
    assert importlib.util.find_spec("torch") is None


def test_serving_imports_neither_torch_nor_a_page() -> None:
    """This needs its own process, because other tests may have imported more."""
    script = (
        "import sys; from app.recognizer import Recognizer;"
        "Recognizer().read_ink([[[0, 0], [9, 90]]]);"
        "print(*{'torch', 'train', 'export', 'streamlit', 'pandas'} & set(sys.modules))"
    )
    root = MODEL.parent.parent
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == ""


def test_programs_import_what_they_read_with_from_app() -> None:
    assert app.Recognizer is recognizer.Recognizer
    assert app.Reading is reading.Reading
    assert app.Digit is reading.Digit
    assert app.UnreadableInput is reading.UnreadableInput
    with pytest.raises(ImportError, match="recogniser"):
        exec("from app import recogniser")


def test_importing_app_alone_imports_nothing_large() -> None:
    script = "import sys, app; print(*{'numpy', 'cv2', 'onnxruntime'} & set(sys.modules))"
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == ""


# Modules that can run code while they read a file, or that import such a module.
RUNS_CODE = {"cloudpickle", "dill", "joblib", "marshal", "pickle", "_pickle", "shelve", "torch"}


def code_from_files(source: str) -> list[str]:
    """The parts of a module's source that may run code from a file, in the order of its nodes."""
    uses = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            uses += [
                alias.name for alias in node.names if alias.name.partition(".")[0] in RUNS_CODE
            ]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            uses += [str(node.module)] if str(node.module).partition(".")[0] in RUNS_CODE else []
        elif isinstance(node, ast.Constant) and node.value in RUNS_CODE:
            uses.append(node.value)  # import_module("pickle")
        elif isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            harmless = isinstance(node.value, ast.Constant) and node.value.value is False
            uses += [] if harmless else ["allow_pickle"]
        elif isinstance(node, ast.Name) and node.id in ("eval", "exec"):
            uses.append(node.id)
    return uses


@pytest.mark.parametrize(
    "source, expected",
    [
        ("import numpy as np, pickle", ["pickle"]),
        ("def f():\n    from pickle import loads", ["pickle"]),  # inside a function
        ("import torch.serialization", ["torch.serialization"]),
        ("importlib.import_module('shelve')", ["shelve"]),
        ("np.load(path, allow_pickle=True)", ["allow_pickle"]),
        ("np.load(path, allow_pickle=flag)", ["allow_pickle"]),  # may be true
        ("np.load(path, allow_pickle=False)", []),
        ("exec(text)", ["exec"]),
        ("import numpy\nfrom . import pickle\nnp.load(path)  # no pickle", []),
    ],
)
def test_what_may_run_code_is_seen(source: str, expected: list[str]) -> None:
    assert code_from_files(source) == expected


def test_the_app_runs_no_code_from_files() -> None:
    modules = sorted((ROOT / "app").rglob("*.py"))
    assert {"session.py", "recognizer.py", "server.py"} <= {path.name for path in modules}
    assert {path: code_from_files(path.read_text("utf-8")) for path in modules} == {
        path: [] for path in modules
    }
