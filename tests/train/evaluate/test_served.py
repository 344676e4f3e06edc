"""What serving answers, counted on a recogniser whose answers are known."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.inference.models import models_folder
from app.reading import Digit, Reading
from tests.support.drawings import placed
from train.data.unipen_sets import Writing
from train.evaluate import served, served_scores
from train.evaluate.served_scores import Questions, read_character, read_ink, score

NOTHING = np.zeros((28, 28), np.uint8)


def digit(value: int | None, likeliest: int, is_doubtful: bool = False) -> Digit:
    probabilities = np.eye(10, dtype=np.float32)[likeliest]
    return Digit(value, 0.9, probabilities, (0, 0, 1, 1), NOTHING, is_doubtful=is_doubtful)


READINGS = {
    "seven": Reading((digit(7, 7),)),
    "doubtful seven": Reading((digit(7, 7, True),)),
    "refused seven": Reading((digit(None, 7),)),
    "nothing": Reading(),
    "seventeen": Reading((digit(1, 1), digit(None, 7), digit(3, 3, True))),
}


def figures_of(names: list[str], texts: list[str | None], groups: tuple[str, ...] = ()) -> Any:
    inputs: Any = names
    recognizer: Any = None  # the readings are prepared
    return score(recognizer, Questions(lambda _, name: READINGS[name], inputs, texts, groups))


@pytest.mark.parametrize(
    "name, text, expected",
    [  # answered rightly, likeliest right, refused, doubtful, wrong without doubt
        ("seven", "7", (100, 100, 0, 0, 0)),
        ("seven", "1", (0, 0, 0, 0, 100)),
        ("seven", None, (None, None, 0, 0, 100)),
        ("doubtful seven", "7", (100, 100, 0, 100, 0)),
        ("doubtful seven", "1", (0, 0, 0, 100, 0)),
        ("refused seven", "7", (0, 100, 100, 0, 0)),
        ("refused seven", "1", (0, 0, 100, 0, 0)),
        ("nothing", "7", (0, 0, 0, 0, 0)),  # no ink found is no refusal, and no answer
        ("seventeen", "173", (0, 100, 100, 0, 0)),  # one "?" spoils the number
        ("seventeen", None, (None, None, 100, 0, 0)),
    ],
)
def test_what_each_answer_counts_as(
    name: str, text: str | None, expected: tuple[float | None, ...]
) -> None:
    figures = figures_of([name], [text])
    keys = ("answered_rightly", "likeliest_right", "refused", "doubtful", "wrong_without_doubt")
    assert tuple(figures.get(key) for key in keys) == expected
    assert figures["n"] == 1


def test_shares_are_of_all_and_of_each_contributor() -> None:
    names = ["seven", "refused seven", "seven", "seven"]
    figures = figures_of(names, ["7", "7", "7", "1"], ("left", "left", "right", "right"))
    assert (figures["n"], figures["answered_rightly"], figures["refused"]) == (4, 50, 25)
    assert {
        name: (group["n"], group["answered_rightly"], group["likeliest_right"], group["refused"])
        for name, group in figures["by_contributor"].items()
    } == {"left": (2, 50, 100, 50), "right": (2, 50, 50, 0)}


def test_ink_is_one_character_only_where_the_caller_says_so(recognizer: Any) -> None:
    strokes: Any = [*placed(1, 0, 0, 90), *placed(2, 100, 0, 90)]
    questions = Questions(read_ink, [strokes], ["12"])
    assert score(recognizer, questions)["answered_rightly"] == 100
    assert score(recognizer, Questions(read_character, [strokes], ["12"]))["answered_rightly"] == 0


def test_numbers_with_signs_are_a_set_of_their_own() -> None:
    writing = Writing([[], [], []], ["12", "3/4", "567"], ["a/x", "b/y", "a/z"])
    signs = [not label.isdigit() for label in writing.labels]
    plain = served_scores._chosen(writing, signs, False)
    assert (plain.labels, plain.contributors) == (["12", "567"], ["a", "a"])
    assert served_scores._chosen(writing, signs, True).labels == ["3/4"]


def test_the_command_writes_figures_with_the_networks_hashes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    inputs: Any = [[], placed(2, 0, 0, 90)]
    questions = Questions(read_ink, inputs, ["2", "2"])
    monkeypatch.setattr(served_scores, "collect", lambda folder: iter([("twos", questions)]))
    output = tmp_path / "served.json"
    assert served.main(["--output", str(output)]) == 0
    written = json.loads(output.read_text())
    for name in ("model", "reader", "finder"):
        content = (models_folder() / f"{name}.onnx").read_bytes()
        assert written[name] == hashlib.sha256(content).hexdigest()
    assert written["sets"]["twos"]["answered_rightly"] == 50
    assert "answered_rightly 50.0" in capsys.readouterr().out
