"""The picture of what finders take for ink."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from app.ink.photographs.segmenter import SEGMENTER_MODEL, SIDE
from tests.support.small import small_splits
from train.data import sources
from train.evaluate import seen_ink


def test_each_finder_is_shown_below_each_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "load_sources", lambda folder: small_splits())
    monkeypatch.setattr(seen_ink, "NUM_SHEETS", 3)
    output = tmp_path / "seen.png"
    options = ["--data", str(tmp_path), "--output", str(output)]
    assert seen_ink.main([*options, "--finder", str(SEGMENTER_MODEL)]) == 0
    shown = cv2.imread(str(output))
    assert shown is not None
    tile = SIDE + seen_ink._GAP
    assert shown.shape == (4 * tile + seen_ink._CAPTION, 3 * tile, 3)
    same = shown[tile : 2 * tile], shown[2 * tile : 3 * tile]  # the same finder twice
    assert np.array_equal(*same)
    caption = shown[-seen_ink._CAPTION :]
    assert caption.min() < 100, "what is read is written below"


def test_a_missing_finder_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert seen_ink.main(["--finder", str(tmp_path / "no.onnx")]) == 1
    assert "no.onnx: expected a model file" in capsys.readouterr().err
