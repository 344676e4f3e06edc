"""The whole evaluation, on small sets and with models whose answers are known."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.train.evaluate.drawn_sets import REPEATS, figures
from tests.train.matching_models import STROKES, foreign, ours, ours_in_torch
from train.data.download import DataError
from train.evaluate import __main__ as evaluate
from train.evaluate import collection, sets
from train.networks.classifier import load

NUM_CLEAN = 7  # sets that are not corrupted: MNIST, pen ink, three of other hands, two photographed


def test_models_of_every_kind_side_by_side(
    drawn_sets: None, no_page: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    models = [foreign(tmp_path), ours(tmp_path), ours_in_torch(tmp_path)]
    out = tmp_path / "out"
    assert evaluate.main([*map(str, models), "--output", str(out)]) == 0
    models_figures = figures(out)["models"]
    assert list(models_figures) == ["foreign.onnx", "ours.onnx", "untrained.pth"]
    assert [model["kind"] for model in models_figures.values()] == ["foreign onnx", "onnx", "torch"]
    assert [model["bytes"] for model in models_figures.values()] == [
        path.stat().st_size for path in models
    ]
    weights = sum(weights.numel() for weights in load(models[2]).network.parameters())
    assert [model["parameters"] for model in models_figures.values()] == [
        784 * 10,
        784 * 11,
        weights,
    ]
    for name in ("foreign.onnx", "ours.onnx"):
        for clean in ("MNIST validation", "pen ink"):
            scores = models_figures[name]["sets"][clean]
            assert (scores["n"], scores["errors"], scores["accuracy"]) == (10 * REPEATS, 0, 100)
            assert scores["confusion"] == (REPEATS * np.eye(10, dtype=int)).tolist()
        assert len(models_figures[name]["sets"]) == NUM_CLEAN + 21
        # The same numbers reach both in different shapes, and come out the same.
        accuracy = [scores["accuracy"] for scores in models_figures[name]["sets"].values()]
        assert accuracy == [
            scores["accuracy"] for scores in models_figures["foreign.onnx"]["sets"].values()
        ]
        assert models_figures[name]["mean_accuracy"]["all corruptions"] == pytest.approx(
            np.mean(accuracy[NUM_CLEAN:]), abs=1e-3
        )
        assert min(accuracy[NUM_CLEAN:]) < 100
    table = capsys.readouterr().out
    row = r"^MNIST validation \(40\) +100\.00 % +\(0\) +100\.00 % +\(0\) "
    assert re.search(row, table, re.MULTILINE)


def test_the_page_shows_pictures_that_are_there(drawn_sets: None, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert evaluate.main([str(ours(tmp_path)), "--output", str(out)]) == 0
    page = (out / "index.html").read_text()
    pictures = re.findall("<img src='([^']+)'", page)
    assert len(pictures) == len(set(pictures)) == 6 + 2 * 8  # two of each of eight sets
    assert "Misread: corrupted MNIST, ours.onnx" in page
    assert "<td>AUROC, marked (40)</td>" in page
    assert all((out / picture).read_bytes().startswith(b"\x89PNG") for picture in pictures)
    assert "http" not in page, "the page must do without a network"


def test_the_test_file_is_read_only_when_asked_for(
    drawn_sets: None, no_page: None, tmp_path: Path
) -> None:
    model, out = str(foreign(tmp_path)), tmp_path / "out"
    assert evaluate.main([model, "--output", str(out)]) == 0
    clean = figures(out)
    assert "MNIST test" not in clean["sets"]
    assert clean["corrupted_from"] == "MNIST validation"
    assert evaluate.main([model, "--output", str(out), "--test"]) == 0
    tested = figures(out)
    assert tested["corrupted_from"] == "MNIST test"
    scores = tested["models"]["foreign.onnx"]["sets"]
    assert scores["MNIST test"]["accuracy"] == 0  # its labels are moved by one
    assert scores["MNIST validation"]["accuracy"] == 100
    assert scores["jpeg"]["accuracy"] == 0


def record(label: int, writer: int, points: str) -> str:
    return (
        f'.SEGMENT DIGIT 0-1 ? "{label}"\n.COMMENT {label} {writer} 1\n'
        f".PEN_DOWN\n{points}\n.PEN_UP\n.DT 100\n.PEN_DOWN\n.PEN_UP\n.DT 100\n"
    )


def test_writers_from_a_file(drawn_sets: None, no_page: None, tmp_path: Path) -> None:
    """UNIPEN has y upwards: a bar, which is read as the one that it is."""
    bar = "\n".join(
        f"{x:.0f} {500 - y:.0f}" for x, y in np.concatenate(STROKES[1]).astype(float)[::2]
    )
    file = tmp_path / "writers.txt"
    file.write_text(record(1, 31, bar) + record(1, 32, bar) + record(8, 33, bar))
    out = tmp_path / "out"
    arguments = [str(foreign(tmp_path)), "--output", str(out), "--test-writers", str(file)]
    assert evaluate.main(arguments) == 0
    scores = figures(out)["models"]["foreign.onnx"]["sets"]["other writers' ink"]
    assert (scores["n"], scores["errors"]) == (3, 1)


def test_quick_takes_the_first_of_each(
    drawn_sets: None, no_page: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collection, "QUICK", 5)
    out = tmp_path / "out"
    assert evaluate.main([str(foreign(tmp_path)), "--output", str(out), "--quick"]) == 0
    scores = figures(out)["models"]["foreign.onnx"]
    tiny = ("UNIPEN digits between words", "bhmsds digits")
    assert {score["n"] for name, score in scores["sets"].items() if name not in tiny} == {5}
    negatives = scores["not_a_digit"]["sets"]
    assert [negatives[name]["n"] for name in ("marked", "like digits")] == [5, 5]


def refuse(folder: Path) -> Any:
    raise DataError(f"{folder}: not there")


def test_a_missing_source_is_said_and_left_out(
    drawn_sets: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sets, "load_mnist", refuse)
    out = tmp_path / "out"
    assert evaluate.main([str(foreign(tmp_path)), "--output", str(out)]) == 0
    assert figures(out)["sets"] == [
        *("pen ink", "UNIPEN digits", "UNIPEN digits between words", "bhmsds digits"),
        "photographed ink",
    ]
    assert "left out: MNIST, plain, photographed and corrupted" in capsys.readouterr().out
    assert "Left out: MNIST" in (out / "index.html").read_text()


def test_without_any_data_it_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sets, "load_mnist", refuse)
    monkeypatch.setattr(sets, "load_pendigits", refuse)
    arguments = [str(foreign(tmp_path)), "--output", str(tmp_path / "out"), "--data", "nowhere"]
    assert evaluate.main(arguments) == 1
    error = capsys.readouterr().err
    assert error.startswith("evaluate: nowhere: not there")
    assert len(error.splitlines()) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b".PEN_DOWN\n"])
def test_a_wrong_file_of_writers_fails(
    content: bytes, drawn_sets: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "writers.txt"
    file.write_bytes(content)
    assert evaluate.main([str(foreign(tmp_path)), "--test-writers", str(file)]) == 1
    assert str(file) in capsys.readouterr().err
