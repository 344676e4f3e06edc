"""Training on a person's own digits, by the command that the README shows."""

import hashlib
import re
import shlex
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.support.drawings import DIGITS
from tests.support.small import CONFIG, FLAGS, small_sources, small_splits
from train.__main__ import main
from train.config import parse
from train.data.datasets import Digits, Ink
from train.data.own import OwnDigits, load_own
from train.engine import stages
from train.mixture import Mixture
from train.networks.classifier import Network, load, save
from train.pool import Pool

README = Path("README.md")
OWN = OwnDigits(
    Digits(np.full((1, 28, 28), 255, np.uint8), np.array([7])),
    Ink([[(s * 200).astype(np.float32) for s in DIGITS[3]]], np.array([3]), np.array([0])),
)


def example() -> list[str]:
    """The arguments of the README's command."""
    text = README.read_text("utf-8").replace("\\\n", " ")
    match = re.search(r"^\.venv/train/bin/python -m train (--own .*)$", text, re.MULTILINE)
    assert match is not None
    return shlex.split(match[1])


def test_they_are_a_part_of_every_shard() -> None:
    mixture = Mixture(replace(small_sources(), own=OWN), replace(CONFIG, limit=100))
    labels = mixture.shard(0, Digits(np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.int64))).labels
    without = Mixture(small_sources(), replace(CONFIG, limit=100))
    before = without.shard(0, Digits(np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.int64))).labels
    more = np.bincount(labels, minlength=11) - np.bincount(before, minlength=11)
    assert more[3] + more[7] == 100
    assert min(more[3], more[7]) > 20, "pictures and drawings alike"


def test_other_digits_have_a_pool_of_their_own(tmp_path: Path) -> None:
    moved = replace(OWN, digits=Digits(OWN.digits.glyphs, np.array([8])))
    pools = {Pool(small_sources(), CONFIG, tmp_path, own.digest()).folder for own in (OWN, moved)}
    assert len(pools) == 2


def test_the_example_trains_and_leaves_the_shipped_weights_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = example()
    command = parse([*arguments[:2], *arguments[4:]])
    assert command.output == Path("runs/own/model.pth")
    (tmp_path / "mine" / "3").mkdir(parents=True)
    picture = np.full((60, 60, 3), 255, np.uint8)
    for stroke in DIGITS[3]:
        cv2.polylines(picture, [(stroke * 55).astype(np.int32)], False, (0, 0, 0), 4)
    assert cv2.imwrite(str(tmp_path / "mine" / "3" / "a.png"), picture)
    assert load_own(tmp_path / "mine").digits.labels.tolist() == [3]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(stages, "load_sources", lambda folder: small_splits())
    Path("models").mkdir()
    save(Path("models/model.pth"), Network(), CONFIG, "before")
    before = Path("models/model.pth").read_bytes()
    with_own = ["mine" if argument == "PATH" else argument for argument in arguments]
    # The example's settings last, but for the number of shards, which decides how long it takes.
    assert main([*with_own, *FLAGS, "--epochs", "1", "--num-shards", "1"]) == 0
    assert load(Path("runs/own/model.pth")).config.start == digest(before)
    assert Path("models/model.pth").read_bytes() == before


def digest(content: bytes) -> str:
    """The digest that a run keeps of the weights that it began from."""
    return hashlib.sha256(content).hexdigest()[:12]
