"""The training command on small data: repeatable, and unharmed by being killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
import torch

from tests.support.paths import ROOT
from tests.support.small import FLAGS, small_sets, small_splits
from train import __main__ as command
from train.config import Config
from train.data.normal_form import redraw_scans
from train.engine import loop, stages
from train.engine.loop import shard_of
from train.networks.classifier import load

pytestmark = pytest.mark.slow

# The command with datasets of its own making, so that no file is needed and an epoch is quick.
SCRIPT = "import sys; from tests.train.test_train import run; sys.exit(run(sys.argv[1:]))"
ALONE = ["--distillation-weight", "0"]  # without a teacher


def run(arguments: list[str], pictures: bool = False) -> int:
    """The training command on the small sets, with a teacher of two epochs instead of 24.

    pictures: whether the run draws its learning curves and mistakes, a third of its time.
    """
    torch.set_num_threads(1)  # sums are the same to the bit in this process and in others
    with (
        mock.patch.object(stages, "load_sources", return_value=small_splits()),
        mock.patch.object(Config, "teacher", short_teacher),
        nullcontext() if pictures else mock.patch.object(loop, "_report"),
    ):
        return command.main(arguments)


def short_teacher(config: Config, whole: Callable[[Config], Config] = Config.teacher) -> Config:
    """The settings of a student's teacher, which is trained for two epochs."""
    return replace(whole(config), epochs=2)


def arguments_of(folder: Path, *more: str, pool: Path | None = None) -> list[str]:
    """The command's arguments. pool: of an earlier run with the same glyphs."""
    folders = ["--run", str(folder), "--pool", str(pool or folder / "pool")]
    return [*FLAGS, *folders, "--output", str(folder / "model.pth"), *(more or ALONE)]


def weights(folder: Path) -> dict[str, torch.Tensor]:
    content = torch.load(folder / "model.pth", weights_only=True)
    state: dict[str, torch.Tensor] = content["weights"]
    return state


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an undisturbed run."""
    folder = tmp_path_factory.mktemp("unbroken")
    assert run(arguments_of(folder), pictures=True) == 0
    return folder


@pytest.fixture(scope="module")
def pool(unbroken: Path) -> Path:
    """The glyphs of that run; tests/train/test_pool.py shows that others make the same ones."""
    return unbroken / "pool"


def test_a_killed_run_resumes_to_the_same_weights(
    unbroken: Path, pool: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", SCRIPT, *arguments_of(tmp_path, pool=pool)]
    process = subprocess.Popen(command, cwd=ROOT)
    checkpoint = tmp_path / "checkpoint.pth"
    deadline = time.monotonic() + 120
    while not checkpoint.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=60)
    assert checkpoint.exists()
    assert not (tmp_path / "model.pth").exists(), "killed too late to prove anything"
    assert run(arguments_of(tmp_path, *ALONE, "--resume", pool=pool)) == 0
    resumed, expected = weights(tmp_path), weights(unbroken)
    assert resumed.keys() == expected.keys()
    assert all(torch.equal(resumed[name], expected[name]) for name in expected)
    lines = (tmp_path / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["epoch"] for line in lines] == [1, 2, 3]


def test_another_seed_gives_other_weights(unbroken: Path, pool: Path, tmp_path: Path) -> None:
    assert run(arguments_of(tmp_path, *ALONE, "--seed", "1", pool=pool)) == 0
    name = "head.weight"
    assert not torch.equal(weights(tmp_path)[name], weights(unbroken)[name])


def test_a_share_of_the_weights_at_the_start_is_kept(
    unbroken: Path, pool: Path, tmp_path: Path
) -> None:
    start = ["--start", str(unbroken / "model.pth"), "--epochs", "1"]
    for share in ("0", "1"):
        folder = tmp_path / share
        assert run(arguments_of(folder, *ALONE, *start, "--keep", share, pool=pool)) == 0
    name = "head.weight"
    assert not torch.equal(weights(tmp_path / "0")[name], weights(unbroken)[name])
    assert torch.equal(weights(tmp_path / "1")[name], weights(unbroken)[name])


def test_nothing_can_be_kept_without_a_start(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run([*FLAGS, "--keep", "0.5"])
    assert "expected weights to --start from, got none" in capsys.readouterr().err


def test_resuming_with_other_settings_is_refused(
    unbroken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [*FLAGS, *ALONE, "--run", str(unbroken), "--resume", "--seed", "5"]
    assert run([*arguments, "--output", str(unbroken / "other.pth")]) == 1
    assert "expected a run with the same settings" in capsys.readouterr().err
    assert not (unbroken / "other.pth").exists()


def test_a_run_is_not_begun_over_another(
    unbroken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = (unbroken / "checkpoint.pth").read_bytes()
    arguments = [*FLAGS, *ALONE, "--run", str(unbroken), "--output", str(unbroken / "other.pth")]
    assert run(arguments) == 1
    assert "expected a new run folder (--run) or --resume" in capsys.readouterr().err
    assert (unbroken / "checkpoint.pth").read_bytes() == kept


def test_a_run_leaves_its_settings_and_pictures(unbroken: Path) -> None:
    assert json.loads((unbroken / "config.json").read_text())["epochs"] == 3
    for name in (
        "learning-curves",
        "confusion-mnist-validation",
        "confusion-pen-validation",
        "mistakes-mnist-validation",
        "mistakes-pen-validation",
    ):
        assert (unbroken / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    assert not list(unbroken.glob("*.part"))


def test_it_learns(unbroken: Path) -> None:
    metrics = [json.loads(line) for line in (unbroken / "metrics.jsonl").read_text().splitlines()]
    assert metrics[-1]["loss"] < metrics[0]["loss"]


def test_it_learns_in_bfloat16_too(pool: Path, tmp_path: Path) -> None:
    assert run(arguments_of(tmp_path, *ALONE, "--precision", "bfloat16", pool=pool)) == 0
    metrics = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert metrics[-1]["loss"] < metrics[0]["loss"]
    assert all(value.dtype != torch.bfloat16 for value in weights(tmp_path).values())


@pytest.mark.parametrize(
    "num_shards, epochs, weak_share, expected",
    [
        (6, 8, 0.25, [0, 1, 3, 4, 0, 1, 2, 5]),  # two weakly augmented shards at the end
        (6, 8, 0.5, [0, 1, 3, 4, 2, 5, 2, 5]),  # each of them twice
        (6, 4, 0.0, [0, 1, 3, 4]),
        (2, 4, 0.5, [0, 1, 0, 1]),  # neither of two shards is augmented weakly
    ],
)
def test_a_training_ends_with_weakly_augmented_shards(
    num_shards: int, epochs: int, weak_share: float, expected: list[int]
) -> None:
    config = Config(num_shards=num_shards, epochs=epochs, weak_epoch_share=weak_share)
    assert [shard_of(epoch, config) for epoch in range(epochs)] == expected


def test_an_absent_device_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--device", "teapot", "--run", str(tmp_path)]) == 1
    assert "expected a device of this machine" in capsys.readouterr().err


def test_a_student_has_its_teacher_trained_first_and_resumes_with_it(
    pool: Path, tmp_path: Path
) -> None:
    teacher = tmp_path / "teacher" / "model.pth"
    flags = ["--teacher", str(teacher), "--distillation-weight", "0.5"]
    assert run(arguments_of(tmp_path, *flags, pool=pool)) == 0
    assert load(teacher).config.network == "teacher"
    assert load(tmp_path / "model.pth").config.network == "student"
    logits = list(pool.glob("*/logits-*.npz"))
    assert len(logits) == 3, "the teacher's logits are kept for each shard"
    first = weights(tmp_path)
    (tmp_path / "checkpoint.pth").unlink()
    assert run(arguments_of(tmp_path, *flags, pool=pool)) == 0
    again = weights(tmp_path)
    assert all(torch.equal(first[name], again[name]) for name in first)


def test_redrawn_glyphs_are_what_serving_would_see() -> None:
    mnist, _ = small_sets()
    blank = np.zeros((1, 28, 28), np.uint8)
    redrawn = redraw_scans(np.concatenate([mnist.train.glyphs[:10], blank]))
    assert redrawn.shape == (11, 28, 28)
    assert not redrawn[10].any()
    difference = np.abs(redrawn[:10].astype(float) - mnist.train.glyphs[:10]).mean()
    assert difference < 20


def test_two_processes_learn_what_one_does(unbroken: Path, tmp_path: Path) -> None:
    """Each process normalises its half of every batch by itself: close, but not bit-identical."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*torchrun, "--nproc-per-node", "2", "--", str(script), *arguments_of(tmp_path)],
        cwd=ROOT,
        env=environment,
        timeout=240,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    alone_metrics, shared_metrics = (
        [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
        for folder in (unbroken, tmp_path)
    )
    assert [entry["epoch"] for entry in alone_metrics] == [
        entry["epoch"] for entry in shared_metrics
    ]
    for alone, shared in zip(alone_metrics, shared_metrics, strict=True):
        # Of these few glyphs, a batch has so few that the halves' statistics differ much.
        assert shared["loss"] == pytest.approx(alone["loss"], rel=0.25)
    glyphs = torch.from_numpy(small_sets()[0].validation.glyphs)
    first, second = (load(folder / "model.pth").network(glyphs) for folder in (unbroken, tmp_path))
    distance = (first - second).abs().mean() / first.abs().mean()
    assert distance < 0.25


def test_the_documented_command_for_several_processes_starts() -> None:
    words = ["torchrun", "--nproc-per-node", "2", "-m", "--", "train"]
    assert " ".join(words) in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    torchrun = Path(sys.executable).parent / words[0]
    done = subprocess.run(
        [torchrun, *words[1:], "--help"],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        timeout=120,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("usage:") == 2, "each process says it once"
    assert "--teacher" in done.stdout, "torchrun took the flag for its own"
