"""What an evaluation counts: answers that are right, refused or missing."""

from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto

from tests.train.evaluate.drawn_sets import REPEATS, figures
from tests.train.matching_models import OURS, foreign, matching, ours, templates, write_onnx
from train.evaluate import __main__ as evaluate
from train.evaluate import photographed
from train.evaluate.calibration import ood_scores
from train.evaluate.evaluation import choose_candidates


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
    for name in names_:  # a higher temperature is less sure
        assert calibrated["sets"][name]["mean_confidence"] < plain["sets"][name]["mean_confidence"]
    refusal = calibrated["not_a_digit"]
    assert refusal["digits"] == 3 * 10 * REPEATS + 3 + 2
    assert refusal["digits_refused_at_own_threshold"] == 0
    marked, alike = refusal["sets"]["marked"], refusal["sets"]["like digits"]
    assert (marked["auroc"], marked["refused"]) == (1, 100)
    assert marked["refused_at_own_threshold"] == 100
    assert 0.2 < alike["auroc"] < 0.8  # because they are digits
    assert alike["refused_at_own_threshold"] == 0
    # Without an eleventh output a marked digit looks like any other.
    assert plain["not_a_digit"]["sets"]["marked"]["auroc"] == pytest.approx(0.5, abs=0.1)
    assert plain["not_a_digit"]["digits_refused_at_own_threshold"] is None


def test_a_question_mark_counts_as_wrong(drawn_sets: None, no_page: None, tmp_path: Path) -> None:
    """The likeliest digit is counted separately; it may be right even if a glyph is refused."""
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
