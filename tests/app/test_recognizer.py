"""The recogniser: what it gives, what it refuses, and that threads may share it."""

import ast
import importlib.util
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import onnxruntime
import pytest

from app.inference.session import WrongModel
from app.reading import UnreadableInput
from app.recognizer import MODEL, Recognizer
from app.segmentation.decision import MIN_SURE_CONFIDENCE
from tests.support.drawings import DIGITS, placed
from tests.support.paths import ROOT


@pytest.mark.parametrize("digit", range(10))
@pytest.mark.parametrize("single", [True, False])
def test_reads_drawn_digits(recognizer: Recognizer, digit: int, single: bool) -> None:
    reading = recognizer.read_ink(placed(digit, 30, 40, 200), single)
    assert reading.text == str(digit)
    (read_digit,) = reading.digits
    assert read_digit.value == digit
    assert read_digit.confidence == pytest.approx(read_digit.probabilities[digit])
    assert read_digit.confidence > 0.5
    assert read_digit.probabilities.shape == (10,)
    assert read_digit.probabilities.dtype == np.float32
    assert read_digit.probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert read_digit.glyph.shape == (28, 28)
    x, y, width, height = read_digit.box
    assert 30 <= x <= 30 + 200
    assert x + width <= 231
    assert y >= 40
    assert y + height <= 241


def test_classifies_any_number_of_glyphs_alike(recognizer: Recognizer) -> None:
    glyphs = np.stack([recognizer.read_ink(placed(d, 0, 0, 100)).digits[0].glyph for d in DIGITS])
    together = recognizer.classify(glyphs)
    alone = np.concatenate([recognizer.classify(glyph[None]) for glyph in glyphs])
    assert np.allclose(together, alone, atol=1e-5)
    assert recognizer.classify(glyphs[:0]).shape == (0, 10)


@pytest.mark.parametrize(
    "glyphs",
    [
        np.zeros((1, 28, 28), np.float32),
        np.zeros((28, 28), np.uint8),
        np.zeros((1, 28, 27), np.uint8),
        [[0]],
    ],
)
def test_what_are_no_glyphs_is_refused(recognizer: Recognizer, glyphs: object) -> None:
    with pytest.raises(UnreadableInput, match=r"expected glyphs uint8 \(n, 28, 28\), got"):
        recognizer.classify(glyphs)  # type: ignore[arg-type]


def test_threads_share_one_recognizer(recognizer: Recognizer) -> None:
    wanted = [digit % 10 for digit in range(200)]
    with ThreadPoolExecutor(8) as pool:
        read = pool.map(lambda d: recognizer.read_ink(placed(d, 0, 0, 150)).text, wanted)
    assert "".join(read) == "".join(map(str, wanted))


def test_an_image_of_a_drawing_reads_as_the_drawing(recognizer: Recognizer) -> None:
    glyph = recognizer.read_ink(placed(4, 0, 0, 200)).digits[0].glyph
    reading = recognizer.read_image(np.pad(glyph, 20))
    assert reading.text == "4"
    assert all(side <= 68 for side in reading.digits[0].box)


def test_what_was_prepared_is_read_as_often_as_wanted(recognizer: Recognizer) -> None:
    image = np.pad(recognizer.read_ink(placed(4, 0, 0, 200)).digits[0].glyph, 20)
    inputs = [
        recognizer.prepare_ink(placed(7, 0, 0, 100)),
        recognizer.prepare_ink([]),
        recognizer.prepare_image(image),
        recognizer.prepare_ink([*placed(1, 0, 0, 90), *placed(2, 100, 0, 90)], single=True),
    ]
    for _ in range(2):
        readings = recognizer.read_prepared(inputs)
        assert [reading.text for reading in readings[:3]] == ["7", "", "4"]
        assert len(readings[3].digits) == 1
    assert recognizer.read_prepared([]) == []


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongModel, match=r"absent\.onnx: expected a model file"):
        Recognizer(tmp_path / "absent.onnx")


def test_a_broken_model_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(MODEL.read_bytes()[:5000])
    with pytest.raises(WrongModel, match=r"broken\.onnx: expected an ONNX model"):
        Recognizer(broken)


def let_models_claim(metadata: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever model is opened has this metadata."""
    meta = SimpleNamespace(custom_metadata_map=metadata)
    monkeypatch.setattr(onnxruntime.InferenceSession, "get_modelmeta", lambda session: meta)


@pytest.mark.parametrize("key", ["contract", "labels", "normal_form"])
def test_a_model_with_another_contract_is_refused(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    metadata = dict(Recognizer().metadata)
    let_models_claim(metadata | {key: "another"}, monkeypatch)
    message = re.escape(f"expected {key} '{metadata[key]}', got 'another'")
    with pytest.raises(WrongModel, match=message):
        Recognizer()


def test_threads_are_set_before_the_session_is_made() -> None:
    options = Recognizer(threads=2)._session.get_session_options()
    assert options.intra_op_num_threads == 2
    assert options.inter_op_num_threads == 1


NO_DIGITS = {
    "A": [[(0, 100), (40, 0), (80, 100)], [(18, 60), (62, 60)]],
    "W": [[(0, 0), (25, 100), (50, 30), (75, 100), (100, 0)]],
    "E": [[(70, 0), (0, 0), (0, 100), (70, 100)], [(0, 50), (55, 50)]],
    "star": [[(50, 0), (80, 95), (0, 35), (100, 35), (20, 95), (50, 0)]],
    "hash": [
        *([(30, 0), (30, 100)], [(70, 0), (70, 100)]),
        *([(0, 30), (100, 30)], [(0, 70), (100, 70)]),
    ],
    "dash": [[(0, 50), (100, 50)]],
    "tap": [[(50, 50)]],
}


@pytest.mark.parametrize("name", NO_DIGITS)
def test_what_is_no_digit_is_refused(recognizer: Recognizer, name: str) -> None:
    reading = recognizer.read_ink(NO_DIGITS[name])
    assert reading.text == "?"
    (mark,) = reading.digits
    assert mark.value is None
    assert 0 < mark.confidence <= 1
    assert mark.probabilities.sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    "threshold, doubt_threshold, value, is_doubtful",
    [
        (9, 9, 2, False),
        (9, -99, 2, True),  # strange, but not refused
        (-99, -99, None, False),  # refused, which says more than doubtful
        (9, None, 2, False),  # a model with one threshold, made before there were two
    ],
)
def test_a_strange_digit_is_read_and_marked_as_doubtful(
    threshold: float,
    doubt_threshold: float | None,
    value: int | None,
    is_doubtful: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    metadata = {**Recognizer().metadata, "threshold": str(threshold)}
    metadata.pop("doubt_threshold", None)
    if doubt_threshold is not None:
        metadata["doubt_threshold"] = str(doubt_threshold)
    let_models_claim(metadata, monkeypatch)
    (digit,) = Recognizer().read_ink(placed(2, 0, 0, 200)).digits
    assert (digit.value, digit.is_doubtful) == (value, is_doubtful)
    assert digit.value is None or digit.confidence > MIN_SURE_CONFIDENCE


def test_an_unsure_digit_is_doubtful(monkeypatch: pytest.MonkeyPatch) -> None:
    hot = {"temperature": "50", "threshold": "9", "doubt_threshold": "9"}
    let_models_claim(Recognizer().metadata | hot, monkeypatch)
    (digit,) = Recognizer().read_ink(placed(2, 0, 0, 200)).digits
    assert digit.value == 2
    assert digit.confidence < MIN_SURE_CONFIDENCE
    assert digit.is_doubtful


def test_a_second_threshold_that_is_no_number_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    let_models_claim(Recognizer().metadata | {"doubt_threshold": "warm"}, monkeypatch)
    with pytest.raises(WrongModel, match="expected a number as doubt_threshold"):
        Recognizer()


@pytest.mark.parametrize("key", ["temperature", "threshold"])
@pytest.mark.parametrize("value", [None, "warm"])
def test_a_model_without_its_numbers_is_refused(
    key: str, value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    metadata = dict(Recognizer().metadata)
    metadata.pop(key)
    other = metadata if value is None else metadata | {key: value}
    let_models_claim(other, monkeypatch)
    with pytest.raises(WrongModel, match=f"expected a number as {key}"):
        Recognizer()


def test_this_environment_has_no_torch() -> None:
    """The app's tests prove the torch-free promise only where there is none to import."""
    assert importlib.util.find_spec("torch") is None


def test_serving_imports_neither_torch_nor_a_page() -> None:
    """In a process of its own, since other tests may have imported more."""
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


# Modules that can run code while they read a file, or that would bring one such along.
RUNS_CODE = {"cloudpickle", "dill", "joblib", "marshal", "pickle", "_pickle", "shelve", "torch"}


def code_from_files(source: str) -> list[str]:
    """What of a module's source may run code that a file holds, in the order of its nodes."""
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
        ("def f():\n    from pickle import loads", ["pickle"]),  # late
        ("import torch.serialization", ["torch.serialization"]),
        ("importlib.import_module('shelve')", ["shelve"]),
        ("np.load(path, allow_pickle=True)", ["allow_pickle"]),
        ("np.load(path, allow_pickle=flag)", ["allow_pickle"]),  # who knows
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


READ = (
    "from app.recognizer import Recognizer; print(Recognizer().read_ink([[[0, 0], [1, 90]]]).text)"
)


def test_onnx_runtime_keeps_no_record_of_the_machine(tmp_path: Path) -> None:
    # It would report nothing in a test or on CI anyway, which it tells from these.
    quiet = ("CI", "GITHUB_ACTIONS", "PYTEST_CURRENT_TEST", "ORT_DISABLE_TELEMETRY")
    environment = {name: value for name, value in os.environ.items() if name not in quiet}
    environment |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    command = [sys.executable, "-c", READ]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stdout == "1\n", done.stderr
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    "digits, gap",
    [
        ((0,), (0, 9)),  # a ring that is open where the pen was lifted
        ((1, 7), None),  # two digits remain two
    ],
)
def test_a_tiny_bitmap_is_one_digit_where_it_looks_like_one(
    recognizer: Recognizer, digits: tuple[int, ...], gap: tuple[int, int] | None
) -> None:
    canvas = np.zeros((28, 28), np.uint8)
    narrow = np.array([1 / len(digits), 1])
    for number, digit in enumerate(digits):
        for stroke in placed(digit, 0, 0, 20):
            points = stroke * narrow + (3 + 12 * number, 4)
            fixed = np.round(points * 16).astype(np.int32)
            cv2.polylines(canvas, [fixed], False, 255, 2, cv2.LINE_AA, 4)
    if gap:
        canvas[:7, 13:15] = 0
        canvas[20:, 13:15] = 0
    assert recognizer.read_image(canvas).text == "".join(map(str, digits))
