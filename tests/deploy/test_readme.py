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
MAX_LINES = 125


def blocks(language: str) -> list[str]:
    """The code blocks in a language, top to bottom."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.M | re.S)


def commands() -> list[list[str]]:
    """The words of each command in the shell examples, without comments."""
    lines = "".join(blocks("sh")).replace("\\\n", " ").splitlines()
    return [shlex.split(line, comments=True) for line in lines]


def test_the_python_example_reads_a_seven() -> None:
    (code,) = blocks("python")
    with contextlib.redirect_stdout(io.StringIO()) as output:
        exec(compile(code, "README.md", "exec"), {})
    text, confidence = output.getvalue().split()
    assert text == "7"
    assert 0.5 < float(confidence) <= 1


def test_the_http_example_reads_a_seven(tmp_path: Path) -> None:
    (words,) = [words for words in commands() if words[0] == "curl"]
    host, _, path = words[words.index("-s") + 1].partition("/")
    assert host == "localhost:8501"
    name, _, kind = words[words.index("-H") + 1].partition(": ")
    with started(tmp_path) as port:
        body = words[words.index("-d") + 1]
        status, _, answer = ask(port, f"/{path}", "POST", body, **{name: kind})
    assert (status, json.loads(answer)["text"]) == (200, "7")


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
    targets = {words[1] for words in commands() if words[0] == "make"}
    assert targets == {"run", "test", "train", "export"}
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.M)


@pytest.mark.parametrize(
    "path", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "deploy/README.md"]
)
def test_links_lead_somewhere(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
        assert ((ROOT / path).parent / link).exists(), link


def test_it_is_short_and_for_readers_of_the_repository() -> None:
    assert README.startswith("# ")
    assert len(README.splitlines()) <= MAX_LINES
