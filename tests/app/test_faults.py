"""Faults of a deployment: each is reported with what to do, and the server keeps running."""

import json
import logging
import shutil
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import requests

from app import __main__ as command
from app.api.reader import Reader
from app.inference.session import WrongModel
from app.ink.photographs import segmenter
from app.ink.photographs.segmenter import SEGMENTER_MODEL, Segmenter
from app.recognizer import MODEL, Recognizer
from tests.support.paths import ROOT
from tests.support.service import FREE, coded, drawn, read, refused, serving

INK = {"strokes": [[[50, 10], [49, 40], [48, 90]]]}


def remove(path: Path) -> None:
    path.unlink()


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5_000])
    path.with_suffix(".json").unlink()


def exchange(path: Path) -> None:
    """Puts another network in the model's place."""
    shutil.copyfile(SEGMENTER_MODEL if path.name == MODEL.name else MODEL, path)
    path.with_suffix(".json").unlink()


def touch(path: Path) -> None:
    """Appends a byte that ONNX Runtime does not notice."""
    path.write_bytes(path.read_bytes() + b"\n")


def forget_the_hash(path: Path) -> None:
    path.with_suffix(".json").write_text("{")


FAULTS: list[tuple[Callable[[Path], None], str]] = [
    (remove, r"\.onnx: expected .* got none; copy it from"),
    (cut_short, r"\.onnx: expected an ONNX model, got .*; copy or export it again"),
    (exchange, r"\.onnx: expected contract '.*', got '.*'; export it with this version"),
    (touch, r"\.onnx: expected sha256 \w+, as .*\.json says, got \w+; copy both"),
    (forget_the_hash, r"\.json: expected the sha256 of \w+\.onnx, got .*; copy both"),
]


def spoilt(original: Path, fault: Callable[[Path], None], folder: Path) -> Path:
    """A copy of a model and its figures, with a fault."""
    path = folder / original.name
    shutil.copyfile(original, path)
    shutil.copyfile(original.with_suffix(".json"), path.with_suffix(".json"))
    fault(path)
    return path


def test_a_sound_copy_is_taken(tmp_path: Path) -> None:
    assert Recognizer(spoilt(MODEL, lambda _: None, tmp_path)).metadata
    assert Segmenter(spoilt(SEGMENTER_MODEL, lambda _: None, tmp_path))


@pytest.mark.parametrize("fault, said", FAULTS)
def test_a_wrong_model_is_said_at_every_door(
    fault: Callable[[Path], None],
    said: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = spoilt(MODEL, fault, tmp_path)
    with pytest.raises(WrongModel, match=said):
        Recognizer(path)
    assert command.main(["read", "--model", str(path), str(tmp_path)]) == 2
    assert "expected" in capsys.readouterr().err
    with caplog.at_level(logging.ERROR, "digits"), serving(reader=Reader(FREE, path)) as address:
        refused(read(address, INK, "application/json"), 503, "model_unavailable", "server's log")
        refused(requests.get(f"{address}/readyz", timeout=9), 503, "model_unavailable")
        assert requests.get(f"{address}/healthz", timeout=9).status_code == 200
    assert str(tmp_path) in caplog.text  # the log has the path, which the client must not see


@pytest.mark.parametrize("fault, said", FAULTS)
def test_a_wrong_finder_is_said_and_strokes_are_still_read(
    fault: Callable[[Path], None], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = spoilt(SEGMENTER_MODEL, fault, tmp_path)
    with pytest.raises(WrongModel, match=said):
        Segmenter(path)

    def broken() -> Segmenter:
        return Segmenter(path)

    monkeypatch.setattr(segmenter, "shared_segmenter", broken)
    monkeypatch.setattr("app.ink.image.shared_segmenter", broken)
    monkeypatch.setattr("app.api.reader.shared_segmenter", broken)
    noise = np.random.default_rng(0).normal(0, 8, drawn().shape)  # like a camera's
    photograph = coded(".png", (drawn() * 0.6 + 40 + noise).clip(0, 255).astype(np.uint8))
    with serving() as address:
        refused(requests.get(f"{address}/readyz", timeout=9), 503, "model_unavailable")
        assert read(address, INK, "application/json").json()["text"] == "1"
        assert read(address, coded(".png")).json()["text"] == "3"  # a drawing needs no finder
        refused(read(address, photograph), 503, "model_unavailable")


def test_a_model_that_comes_later_is_taken(tmp_path: Path) -> None:
    path = spoilt(MODEL, remove, tmp_path)
    with serving(reader=Reader(FREE, path)) as address:
        assert requests.get(f"{address}/readyz", timeout=9).status_code == 503
        shutil.copyfile(MODEL, path)
        assert requests.get(f"{address}/readyz", timeout=9).status_code == 200


def test_a_port_in_use_is_said() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = subprocess.run(
            ["make", "--old-file=.venv/app/.served", "run", f"PORT={port}"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode != 0
    assert f"port {port} is in use. Stop the program that uses it" in done.stderr


def test_the_figures_beside_the_models_are_theirs() -> None:
    for path in (MODEL, SEGMENTER_MODEL):
        assert len(json.loads(path.with_suffix(".json").read_bytes())["sha256"]) == 64
