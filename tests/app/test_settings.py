"""All settings are known and in one table, and a wrong one ends the start with one sentence."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app import __main__ as command
from app import operations, settings
from deploy import settings_table
from tests.support.paths import ROOT


def test_the_table_of_settings_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert settings_table.main(["--check"]) == 0, capsys.readouterr().err


def test_a_table_that_is_out_of_date_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    begin = f"<!-- settings: written by {settings_table.COMMAND} -->"
    old = f"before\n{begin}\nold\n<!-- /settings -->\nafter\n"
    readme = tmp_path / "README.md"
    readme.write_text(old)
    monkeypatch.setattr(settings_table, "README", readme)
    assert settings_table.main(["--check"]) == 1
    assert "its table differs" in capsys.readouterr().err
    assert settings_table.main([]) == 0
    assert "| `DIGITS_RATE` | reads a minute" in readme.read_text()
    assert settings_table.main(["--check"]) == 0


def test_every_variable_that_the_code_reads_is_a_setting() -> None:
    sources = (ROOT / "app").rglob("*.py")
    named = {name for path in sources for name in re.findall(r'"(DIGITS_\w+)"', path.read_text())}
    names = {setting.name for setting in settings.all_settings()} | set(settings.OF_TRAINING)
    assert {"DIGITS_MODEL", "DIGITS_ORIGINS", "DIGITS_CORRECTIONS"} <= named <= names


@pytest.mark.parametrize(
    "name, hint",
    [
        ("DIGITS_RATTE", "is DIGITS_RATE meant?"),
        ("DIGITS_ORIGIN", "is DIGITS_ORIGINS meant?"),
        ("DIGITS_PORT", "is STREAMLIT_SERVER_PORT meant?"),
        ("DIGITS_FOO", "deploy/README.md lists all of them"),  # unlike DIGITS_LOG
        ("DIGITS_QUITE_ANOTHER", "deploy/README.md lists all of them"),
    ],
)
def test_unknown_variables_are_warned_about(
    name: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = {name: "1", "DIGITS_RATE": "7", "DIGITS_DATA": "x", "OTHER": "2"}
    operations.announce(settings.from_environment(environment), environment)
    warning, start = capsys.readouterr().err.splitlines()
    assert warning.startswith(f"warning: {name} is not a setting")
    assert hint in warning
    assert " rate=7 " in start


WRONG = [
    ("DIGITS_RATE", "many", "expected a whole number from 0 on, got 'many'"),
    ("DIGITS_COUNT_LOOPBACK", "2", "expected a whole number from 0 to 1, got '2'"),
    ("DIGITS_ORIGINS", "example.org", "expected * or origins as https://example.org"),
    ("DIGITS_LOG", "loud", "expected off, plain or json, got 'loud'"),
    ("DIGITS_METRICS", "on", "expected off, loopback or all, got 'on'"),
    ("DIGITS_MODEL", "/none.onnx", "/none.onnx: expected a model file"),
    ("DIGITS_MODEL", __file__, f"{__file__}: expected an ONNX model"),
    ("DIGITS_CORRECTIONS", "/", "/: the corrections cannot be used: unable to open"),
    ("DIGITS_CORRECTIONS", __file__, f"{__file__}: expected a database of corrections"),
    ("STREAMLIT_SERVER_MAX_UPLOAD_SIZE", "0", "expected a whole number from 1 to 20, got '0'"),
    ("STREAMLIT_SERVER_MAX_UPLOAD_SIZE", "many", "expected a whole number from 1 to 20"),
    ("STREAMLIT_SERVER_PORT", "65536", "expected a whole number from 1 to 65535, got '65536'"),
    ("STREAMLIT_SERVER_PORT", "", "expected a whole number from 1 to 65535, got ''"),
    ("STREAMLIT_SERVER_BASE_URL_PATH", "https://a.org/b", "expected a path as digits or my/digits"),
    ("STREAMLIT_SERVER_BASE_URL_PATH", "a//b", "expected a path as digits or my/digits"),
]


@pytest.mark.parametrize("name, value, expected", WRONG)
def test_the_command_refuses_a_wrong_value(
    name: str,
    value: str,
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(name, value)
    assert command.main(["serve"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"serve: {name}: {expected}")
    assert said.count("\n") == 1


@pytest.mark.parametrize("path", ["", "/", "digits", "/digits/", "my/digits-2"])
def test_the_path_of_a_part_of_a_site_is_accepted(path: str) -> None:
    settings.from_environment({settings.BASE_PATH: path})


def test_a_wrong_value_ends_the_start_without_a_traceback(tmp_path: Path) -> None:
    streamlit = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app" / "server.py")]
    done = subprocess.run(
        [*streamlit, "--server.port=0"],
        cwd=tmp_path,
        env=os.environ | {"DIGITS_RATE": "many"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode != 0
    output = done.stdout + done.stderr
    assert "serve: DIGITS_RATE: expected a whole number from 0 on, got 'many'" in output
    assert "Traceback" not in output


def test_the_start_line_says_what_is_served() -> None:
    environment = {"DIGITS_ORIGINS": "https://example.org", "DIGITS_LOG": "json"}
    line = operations.start_line(settings.from_environment(environment), environment)
    assert re.match(
        r"serving http://\S+:\d+/ version=0\.\d+\.\d+ model=[0-9a-f]{12} body_bytes=20000000 ", line
    )
    assert line.endswith(" origins=https://example.org log=json metrics=off")
    missing = operations.start_line(settings.from_environment({}), {"DIGITS_MODEL": "/none.onnx"})
    assert " model=missing " in missing


def test_the_start_line_has_an_address_of_ipv6_in_brackets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    options = {"server.address": "::", "server.port": 80, "server.baseUrlPath": ""}
    monkeypatch.setattr("streamlit.get_option", options.__getitem__)
    line = operations.start_line(settings.from_environment({}), {})
    assert line.startswith("serving http://[::]:80/ version=")


def test_a_system_without_limits_of_memory_is_warned_about(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("app.ink.files.decode_worker.LIMITS_MEMORY", False)
    operations.announce(settings.from_environment({}), {})
    warning, start = capsys.readouterr().err.splitlines()
    assert warning.startswith("warning: this system cannot limit the memory")
    assert start.startswith("serving http://")
