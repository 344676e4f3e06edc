"""The examples of README.md work as they are printed there."""

import contextlib
import io
import json
import re
import shlex
from pathlib import Path

import pytest

from app import __main__ as command
from tests.support.paths import ROOT
from tests.support.pictures import sheet_png
from tests.tools.image_files import ask, started

README = (ROOT / "README.md").read_text(encoding="utf-8")
MAX_LINES = 95


def blocks(language: str) -> list[str]:
    """The code blocks in a language, top to bottom."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.M | re.S)


def commands() -> list[list[str]]:
    """The words of each command in the shell examples, with comments removed."""
    lines = "".join(blocks("sh")).replace("\\\n", " ").splitlines()
    return [words for line in lines if (words := shlex.split(line, comments=True))]


@pytest.fixture
def picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The picture that the examples read, in the working folder."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "picture.png"
    path.write_bytes(sheet_png(["2026"]))
    return path


@pytest.mark.usefixtures("picture")
def test_the_python_examples_read_what_they_say() -> None:
    (code,) = blocks("python")
    with contextlib.redirect_stdout(io.StringIO()) as output:
        exec(compile(code, "README.md", "exec"), {})
    of_strokes, of_picture, of_both = output.getvalue().splitlines()
    reading, text, confidence = of_strokes.rsplit(maxsplit=2)
    assert text == "7"
    assert 0.5 < float(confidence) <= 1
    assert reading == f"Reading('7', confidence={float(confidence):.3f})"
    assert of_picture.startswith("Reading('2026', confidence=")
    assert of_both == f"[{of_picture}, {reading}]"


def test_the_http_examples_read_what_they_say(picture: Path) -> None:
    of_strokes, of_picture = [words for words in commands() if words[0] == "curl"]
    name, _, kind = of_strokes[of_strokes.index("-H") + 1].partition(": ")
    requests: list[tuple[str | bytes, dict[str, str], str]] = [
        (of_strokes[of_strokes.index("-d") + 1], {name: kind}, "7"),
        (picture.read_bytes(), {"Content-Type": "application/x-www-form-urlencoded"}, "2026"),
    ]
    assert of_picture[of_picture.index("--data-binary") + 1] == f"@{picture.name}"
    with started(picture.parent) as port:
        for words, (body, headers, text) in zip((of_strokes, of_picture), requests, strict=True):
            assert "localhost:8501/api/read" in words
            status, _, answer = ask(port, "/api/read", "POST", body, **headers)
            assert (status, json.loads(answer)["text"]) == (200, text)


def test_the_commands_are_ones_that_digits_and_make_know(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("picture.png").write_bytes(sheet_png(["2026"]))
    digits = [words[1:] for words in commands() if words[0].endswith("/digits")]
    assert ["serve"] in digits
    for arguments in digits:
        if arguments == ["serve"]:
            assert command._parser().parse_args(arguments).name == "serve"
        else:
            assert command.main(arguments) == 0
            assert capsys.readouterr().out.startswith("2026\t")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"(?:^|`)make (\w+)", README, re.M))
    assert targets == {"run", "test", "train", "export"}
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.M)


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CHANGELOG.md",
        "deploy/README.md",
        "models/CONTRACT.md",
    ],
)
def test_links_lead_somewhere(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
        assert ((ROOT / path).parent / link).exists(), link


def test_it_is_short_and_for_readers_of_the_repository() -> None:
    assert README.startswith("# ")
    assert len(README.splitlines()) <= MAX_LINES
