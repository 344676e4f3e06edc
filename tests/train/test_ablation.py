"""The ablation runs every variant once, keeps results when interrupted, and writes a table."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.small import CONFIG, small_characters, small_sets, small_splits
from train import ablation as command
from train.data.datasets import Characters, Ink
from train.data.normal_form import draw_digits
from train.engine import ablation
from train.evaluate.collection import Collection, EvaluationSet, Wanted
from train.evaluate.protocol import INK, MNIST
from train.evaluate.tables import ablation_rows


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    mnist, pen = small_sets()
    crosses: Characters = small_characters()
    marks = draw_digits(Ink(crosses.strokes, pen.validation.labels, pen.validation.writers)).glyphs

    def collect(wanted: Wanted) -> Collection:
        sets = {
            MNIST: EvaluationSet(mnist.validation),
            INK: EvaluationSet(draw_digits(pen.validation)),
        }
        corrupted = {"jpeg": EvaluationSet(mnist.validation)}
        return Collection(sets, corrupted, {"crosses": marks})

    monkeypatch.setattr(ablation, "load_sources", lambda folder: small_splits())
    monkeypatch.setattr(ablation, "collect", collect)
    monkeypatch.setattr(ablation, "BASE", CONFIG)
    monkeypatch.setattr(
        ablation, "VARIANTS", {"everything": {}, "no photographs": {"num_photographs": 0}}
    )
    monkeypatch.setattr("os.cpu_count", lambda: 1)


@pytest.mark.usefixtures("small")
def test_variants_are_trained_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--output", str(tmp_path), "--figures", str(tmp_path / "figures.json")]
    assert command.main(arguments) == 0
    figures = json.loads((tmp_path / "ablation.json").read_text())
    assert json.loads((tmp_path / "figures.json").read_text()) == figures
    assert list(figures) == ["everything", "no photographs"]
    assert figures["no photographs"]["changes"] == {"num_photographs": 0}
    assert set(figures["everything"]) == {
        *(MNIST, INK, "corruptions", "not-a-digit AUROC", "changes"),
    }
    assert not list((tmp_path / "pool").glob("*/*")), "glyphs are removed when a variant is done"
    capsys.readouterr()
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("model.pth")}
    assert command.main(arguments) == 0
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("model.pth")} == before


def test_the_table_has_a_row_for_each_variant() -> None:
    figures: dict[str, Any] = {
        "everything": {"ink": 99.0, "not-a-digit AUROC": 0.99, "changes": {}},
        "no photographs": {
            "ink": 98.5,
            "not-a-digit AUROC": 0.98,
            "changes": {"num_photographs": 0},
        },
    }
    assert ablation_rows(figures) == [
        ["trained on", "ink", "not-a-digit AUROC"],
        ["everything", "99.00 %", "0.9900"],
        ["no photographs", "98.50 %", "0.9800"],
    ]
