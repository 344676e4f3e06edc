"""The minutes of trainings are noted with their commands, after the trainings they continue."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from train.config import Config
from train.engine.finder_settings import Settings
from train.engine.trainings import Stopwatch, command_of, record


@pytest.mark.parametrize(
    "settings, start, command",
    [
        (Settings(), None, "python -m train.finder"),
        (Settings(epochs=3, ruled=0.5), None, "python -m train.finder --epochs 3 --ruled 0.5"),
        (Settings(start="a b.pth"), None, "python -m train.finder --start 'a b.pth'"),
        # The classifier's settings hold a digest of the weights, and the command their file.
        (
            replace(Config(), start="0f0f", label_smoothing=0.5),
            Path("old.pth"),
            "python -m train.finder --start old.pth --label-smoothing 0.5",
        ),
    ],
)
def test_a_command_has_what_differs_from_the_defaults(
    settings: Settings | Config, start: Path | None, command: str
) -> None:
    assert command_of("train.finder", settings, start) == command


def test_minutes_of_each_step_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0.0, 90.0, 100.0, 3_700.0])  # seconds
    monkeypatch.setattr("train.engine.trainings.time.monotonic", lambda: next(times))
    watch = Stopwatch("train", replace(Config(), seed=3), torch.device("cpu"))
    with watch.step("making the pool"):
        pass
    with watch.step("training"):
        pass
    assert [(each.step, each.minutes) for each in watch.trainings] == [
        ("making the pool", 1.5),
        ("training", 60.0),
    ]
    last = watch.trainings[-1]
    assert last.command == "python -m train --seed 3"
    assert last.settings["seed"] == 3
    assert last.machine["cores"] == torch.get_num_threads()
    assert last.machine["precision"] == Config().precision


def test_trainings_follow_those_of_the_weights_they_began_with(tmp_path: Path) -> None:
    first, second = tmp_path / "first" / "model.pth", tmp_path / "second" / "model.pth"
    watch = Stopwatch("train", Config(), torch.device("cpu"))
    with watch.step("first"):
        pass
    record(first, watch.trainings)
    again = Stopwatch("train", Config(), torch.device("cpu"))
    with again.step("second"):
        pass
    record(second.with_name("other.pth"), again.trainings, [tmp_path / "unknown.pth"])
    record(second, again.trainings, [first])
    lists = json.loads((tmp_path / "second" / "trainings.json").read_text())
    steps = {name: [entry["step"] for entry in entries] for name, entries in lists.items()}
    assert steps == {"other": ["second"], "model": ["first", "second"]}
    record(second, again.trainings)  # a training from scratch drops those before it
    lists = json.loads((tmp_path / "second" / "trainings.json").read_text())
    assert [entry["step"] for entry in lists["model"]] == ["second"]
