"""The evaluation from models to page, on small sets and on models whose answers are known."""

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto

from tests.train.matching_models import (
    OURS,
    STROKES,
    foreign,
    marked,
    matching,
    ours,
    ours_in_torch,
    templates,
    write_onnx,
)
from train.data.datasets import Digits, Ink, Mnist, PenDigits
from train.data.download import DataError
from train.evaluate import __main__ as evaluate
from train.evaluate import collection, comparison, other_hands, photographed, sets
from train.evaluate.calibration import ood_scores
from train.evaluate.evaluation import choose_candidates
from train.networks.classifier import load

REPEATS = 4  # of each digit in a set
NUM_CLEAN = 7  # sets that are not corrupted: MNIST, pen ink, three of other hands, two photographed


def small_unipen(count: int | None) -> other_hands.Unipen:
    """The first digits by two contributors in turn; a 1 that is labelled 2; one letter."""
    labels = np.tile(np.arange(10), REPEATS)[:count]
    isolated = Digits(templates()[labels], labels)
    words = Digits(templates()[[0, 1, 1]], np.array([0, 1, 2]))
    contributors = ("left", "right") * (len(labels) // 2) + ("left",) * (len(labels) % 2)
    return other_hands.Unipen(
        other_hands.Hands(isolated, contributors),
        other_hands.Hands(words, ("left",) * 3),
        marked(templates()[:1]),
    )


def small_bhmsds(count: int | None) -> other_hands.Photographed:
    """Two digits and a picture without ink; one sign."""
    digits = Digits(templates()[:2], np.arange(2))
    return other_hands.Photographed(digits, marked(templates()[:1]), missing=1)


@pytest.fixture
def drawn_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small sets of drawn digits where the data folder would be."""
    labels = np.tile(np.arange(10), REPEATS)
    pen = Ink([STROKES[label] for label in labels], labels, labels % 3)
    digits = Digits(templates()[labels], labels)
    # The test file is told from the rest: each of its digits has the next one's label.
    shifted = Digits(digits.glyphs, (labels + 1) % 10)
    others = {"marked": marked(digits.glyphs), "like digits": digits.glyphs[:7]}
    monkeypatch.setattr(other_hands, "load_unipen", lambda folder, count: small_unipen(count))
    monkeypatch.setattr(other_hands, "load_bhmsds", lambda folder, count: small_bhmsds(count))
    monkeypatch.setattr(sets, "load_mnist", lambda folder: Mnist(digits, digits, shifted))
    monkeypatch.setattr(sets, "load_pendigits", lambda folder: PenDigits(pen, pen))
    monkeypatch.setattr(sets, "load_omniglot", lambda folder: None)
    monkeypatch.setattr(sets, "split_omniglot", lambda whole: SimpleNamespace(validation=None))
    monkeypatch.setattr(sets, "validation_negatives", lambda *parts: others)


@pytest.fixture
def no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves the pictures out, which take most of the time."""
    monkeypatch.setattr(comparison, "write_page", lambda folder, *rest: folder / "index.html")


def figures(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "evaluation.json").read_text())
    return content


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


def test_temperature_and_threshold_come_from_the_model(
    drawn_sets: None, no_page: None, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    models = [str(foreign(tmp_path)), str(ours(tmp_path))]
    assert evaluate.main([*models, "--output", str(out)]) == 0
    plain, calibrated = figures(out)["models"].values()
    assert (plain["temperature"], plain["threshold"]) == (1, None)
    assert (calibrated["temperature"], calibrated["threshold"]) == (2, -1)
    names_ = ("MNIST validation", "pen ink")
    for name in names_:  # hotter is less sure
        assert calibrated["sets"][name]["mean_confidence"] < plain["sets"][name]["mean_confidence"]
    refusal = calibrated["not_a_digit"]
    assert refusal["digits"] == 3 * 10 * REPEATS + 3 + 2
    assert refusal["digits_refused_at_own_threshold"] == 0
    marked, alike = refusal["sets"]["marked"], refusal["sets"]["like digits"]
    assert (marked["auroc"], marked["refused"]) == (1, 100)
    assert marked["refused_at_own_threshold"] == 100
    assert 0.2 < alike["auroc"] < 0.8  # they are digits
    assert alike["refused_at_own_threshold"] == 0
    # Without an eleventh output a marked digit looks like any other.
    assert plain["not_a_digit"]["sets"]["marked"]["auroc"] == pytest.approx(0.5, abs=0.1)
    assert plain["not_a_digit"]["digits_refused_at_own_threshold"] is None


def test_a_question_mark_counts_as_wrong(drawn_sets: None, no_page: None, tmp_path: Path) -> None:
    """Beside the likeliest digit, which is right where a glyph is refused too."""
    out = tmp_path / "out"
    corner = np.zeros((784, 1), np.float32)
    weights = np.concatenate([matching(), corner], axis=1)
    flat = templates().reshape(10, -1).astype(np.float32)
    strange = ood_scores(flat @ weights)
    threshold = float(np.sort(strange)[6]) + 1e-4  # the three strangest digits are refused
    model = write_onnx(
        tmp_path / "m.onnx",
        weights,
        ["n", 28, 28],
        TensorProto.UINT8,
        OURS | {"threshold": str(threshold)},
    )
    assert evaluate.main([str(model), "--output", str(out)]) == 0
    sets_figures = figures(out)["models"]["m.onnx"]["sets"]
    for name in ("MNIST validation", "UNIPEN digits"):
        answers = [sets_figures[name][key] for key in ("accuracy", "answered_rightly", "refused")]
        assert answers == [100, 70, 30]
    by_contributor = sets_figures["UNIPEN digits"]["by_contributor"]
    even, odd = (strange[first::2] > threshold for first in (0, 1))
    assert [by_contributor[name]["n"] for name in ("left", "right")] == [20, 20]
    assert by_contributor["left"]["refused"] == 20 * even.sum()
    assert by_contributor["right"]["refused"] == 20 * odd.sum()
    # Of bhmsds' three pictures one shows no ink: it is answered with nothing, which is no refusal.
    refused = int((strange[:2] > threshold).sum())
    bhmsds = sets_figures["bhmsds digits"]
    assert (bhmsds["n"], bhmsds["missing"]) == (3, 1)
    assert bhmsds["answered_rightly"] == pytest.approx(100 * (2 - refused) / 3, abs=1e-3)
    assert bhmsds["refused"] == pytest.approx(100 * refused / 3, abs=1e-3)


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


def test_a_picture_in_which_nothing_is_found_is_an_error(
    drawn_sets: None, no_page: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = iter(range(10**6))
    every = templates()
    # Each second photograph shows nothing; the rest show what was drawn, in the sets' order.
    monkeypatch.setattr(
        photographed,
        "candidate_glyphs",
        lambda _: iter([every[n % 10]] if (n := next(calls)) % 2 else []),
    )
    out = tmp_path / "out"
    assert evaluate.main([str(foreign(tmp_path)), "--output", str(out)]) == 0
    scores = figures(out)["models"]["foreign.onnx"]["sets"]["photographed ink"]
    assert (scores["n"], scores["errors"], scores["missing"]) == (80, 40, 40)  # two of each
    assert scores["accuracy"] == 50


def test_a_refused_look_gives_way_to_one_that_is_not() -> None:
    strangeness = [  # the threshold is 2; log-odds of "not a digit" against ten equal digits
        *(0.0, 5.0, 5.0, 5.0),  # the first looks at four digits
        *(-9.0,),  # digit 0 needs no other
        *(3.0, 1.0, 0.0),  # of digit 1 the second other is the first that passes
        *(4.0, 3.0),  # of digit 2 none passes; the last is the least strange
    ]
    owners = np.array([0, 1, 1, 1, 2, 2])  # digit 3 has no other look
    logits = np.zeros((len(strangeness), 11), np.float32)
    logits[:, 10] = np.array(strangeness) + np.log(10)
    assert choose_candidates(logits, owners, 2.0).tolist() == [0, 6, 9, 3]
    assert choose_candidates(logits, owners, None).tolist() == [0, 1, 2, 3]


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
