"""Compared models: which of them are on the front of accuracy, bytes and time."""

import shutil
from pathlib import Path

import pytest

from app.recognizer import MODEL
from tests.benchmarks import field


def figures(accuracy: float, size: int, time: float) -> dict[str, float]:
    return {"MNIST test": accuracy, "bytes": size, "µs": time}


@pytest.mark.parametrize(
    "model, other, expected",
    [
        (figures(99.5, 100, 30), figures(99.4, 100, 30), True),  # more accurate, else as good
        (figures(99.5, 100, 30), figures(99.5, 100, 30), False),  # its equal
        (figures(99.5, 100, 30), figures(98.9, 20, 30), False),  # larger
        (figures(99.5, 100, 30), figures(99.5, 400, 40), True),  # smaller and faster
    ],
)
def test_one_is_better_where_nothing_is_worse(
    model: dict[str, float], other: dict[str, float], expected: bool
) -> None:
    assert field._better(model, other) is expected


def test_models_are_compared_in_one_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(field, "ROUNDS", 3)
    monkeypatch.setattr(field, "CALLS", 5)
    larger = tmp_path / "larger.onnx"
    shutil.copy(MODEL, larger)
    figures = field.compared([MODEL, larger], tmp_path)
    assert figures["model.onnx"]["bytes"] == figures["larger.onnx"]["bytes"] == MODEL.stat().st_size
    assert figures["model.onnx"]["ratio"] == 1.0
    assert any(values["front"] for values in figures.values())
