"""Models that are compared: of which files, fed in which shape, and how they are named."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto

from app.inference.session import WrongModel
from tests.train.matching_models import OURS, matching, templates, write_onnx
from train.evaluate import __main__ as evaluate
from train.evaluate.models import load_model, names
from train.evaluate.score import Score


def text(name: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / name).write_text("no model")
        return folder / name

    return write


def wide(folder: Path) -> Path:
    return write_onnx(folder / "m.onnx", matching(), [1, 3, 28, 28])


def whole(folder: Path) -> Path:
    return write_onnx(folder / "m.onnx", matching(), [8, 28, 28])


def integers(folder: Path) -> Path:
    return write_onnx(folder / "m.onnx", matching(), [1, 28, 28], TensorProto.INT64)


def many(folder: Path) -> Path:
    return write_onnx(folder / "m.onnx", np.zeros((784, 26), np.float32), [1, 28, 28])


def misnamed(folder: Path) -> Path:
    wrong = OURS | {"labels": "abcdefghij"}
    return write_onnx(folder / "m.onnx", matching(), [1, 28, 28], metadata=wrong)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda folder: folder / "none.onnx", "none.onnx: expected a model file, got none"),
        (text("a.onnx"), "a.onnx: expected an ONNX model, got"),
        (text("a.pth"), "a.pth: expected a whole file of weights, got"),
        (wide, "expected one input of 28 x 28 values per glyph, got glyphs tensor(float) [1, 3"),
        (whole, "expected one input of 28 x 28 values per glyph"),  # eight at once, always
        (integers, "expected one input of 28 x 28 values per glyph, got glyphs tensor(int64)"),
        (many, "expected 10 or 11 outputs per glyph, got 52 for two glyphs"),
        (misnamed, "expected labels from '0123456789' on, got 'abcdefghij'"),
    ],
)
def test_files_that_are_not_models_are_refused(
    make: Callable[[Path], Path],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert evaluate.main([str(make(tmp_path)), "--output", str(tmp_path / "out")]) == 1
    error = capsys.readouterr().err
    assert message in error
    assert len(error.splitlines()) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "shape, dtype",
    [
        ([1, 1, 28, 28], TensorProto.FLOAT),
        (["n", 1, 28, 28], TensorProto.FLOAT),
        (["n", 28, 28, 1], TensorProto.FLOAT),
        ([1, 784], TensorProto.FLOAT),
        (["n", 28, 28], TensorProto.UINT8),
    ],
)
def test_any_shape_of_a_glyph_is_fed(shape: list[Any], dtype: int, tmp_path: Path) -> None:
    model = load_model(write_onnx(tmp_path / "m.onnx", matching(), shape, dtype))
    logits = model.logits(templates())
    assert logits.shape == (10, 10)
    expected = templates().reshape(10, -1).astype(np.float32) @ matching()
    assert logits == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(
    "paths, expected",
    [
        (["a/x.onnx", "b/y.onnx"], ["x.onnx", "y.onnx"]),
        (["a/x.onnx", "b/x.onnx"], ["a/x.onnx", "b/x.onnx"]),
        (["x.onnx", "b/x.onnx", "c/b/x.onnx"], ["x.onnx", "b/x.onnx", "c/b/x.onnx"]),
        (["x.pth", "x.onnx"], ["x.pth", "x.onnx"]),
    ],
)
def test_names_tell_models_apart(paths: list[str], expected: list[str]) -> None:
    assert names([Path(path) for path in paths]) == expected


def test_a_model_named_twice_is_refused() -> None:
    with pytest.raises(WrongModel, match="expected each model once"):
        names([Path("x.onnx"), Path("x.onnx")])


def test_a_score_reads_the_digit_behind_not_a_digit() -> None:
    logits = np.zeros((3, 11), np.float32)
    logits[:, 10] = 9  # surely no digit, but if one:
    logits[range(3), [3, 5, 0]] = (1, 4, 2)
    score = Score(logits, np.array([3, 1, 7]), missing=1)
    assert score.predicted.tolist() == [3, 5, 0]
    assert (score.total, score.errors, score.accuracy) == (4, 3, 25)
    assert score.worst(9).tolist() == [1, 2]  # the surest mistake first
    assert score.worst(1).tolist() == [1]
    assert score.confusion().sum() == 3
    assert score.confusion()[1, 5] == 1
    assert score.probabilities.sum(axis=1) == pytest.approx([1, 1, 1])
