"""Every setting has a flag, a meaning and code that reads it."""

import ast
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from train import config as config_module
from train.config import Config, parse


def test_flags_set_the_config() -> None:
    command = parse(["--seed", "7", "--learning-rate", "0.01", "--data", "here", "--resume"])
    assert command.config == Config(seed=7, learning_rate=0.01)
    assert (command.data, command.resume, command.device) == ("here", True, "auto")


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--sede", "7"], "unrecognized arguments: --sede"),
        (["--epochs", "many"], "invalid int value: 'many'"),
        (["--epochs", "0"], "expected epochs from 1, got 0"),
        (["--batch-size", "-1"], "expected batch_size from 1, got -1"),
        (["--network", "wizard"], "expected network student or teacher, got 'wizard'"),
        (["--redraw-share", "1.5"], r"expected redraw_share in [0, 1], got 1.5"),
    ],
)
def test_wrong_flags_end_the_program(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(arguments)
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments, output",
    [
        ([], "models/model.pth"),
        (["--run", "runs/a"], "models/model.pth"),
        (["--run", "runs/a", "--limit", "100"], "runs/a/model.pth"),
        (["--run", "runs/a", "--own", "mine"], "runs/a/model.pth"),
        (["--limit", "100", "--output", "models/model.pth"], "models/model.pth"),
    ],
)
def test_trials_leave_the_shipped_weights_alone(arguments: list[str], output: str) -> None:
    assert parse(arguments).output == Path(output)


def test_help_lists_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["--help"])
    shown = " ".join(capsys.readouterr().out.split())
    for entry in fields(Config):
        assert "--" + entry.name.replace("_", "-") in shown
        assert entry.metadata["meaning"] in shown


def test_a_config_cannot_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Config().seed = 1  # type: ignore[misc]


def test_every_field_is_read() -> None:
    """A setting that no code reads would have no effect."""
    package = Path(config_module.__file__).parent
    read = {
        node.attr
        for file in package.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute) and file.name != "config.py"
    }
    assert {entry.name for entry in fields(Config)} <= read
