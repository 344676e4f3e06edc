"""GitHub's files are valid by their schemas, and what they name exists."""

import re
import sys
from pathlib import Path

import check_jsonschema
import pytest
import yaml

from tests.support.paths import ROOT

SCHEMAS = [
    (".github/workflows/tests.yml", "github-workflows"),
    (".github/workflows/training.yml", "github-workflows"),
    (".github/dependabot.yml", "dependabot"),
    (".github/ISSUE_TEMPLATE/read-wrongly.yml", "github-issue-forms"),
    (".github/ISSUE_TEMPLATE/bug.yml", "github-issue-forms"),
    (".github/ISSUE_TEMPLATE/config.yml", "github-issue-config"),
    ("CITATION.cff", "citation-file-format"),
]


@pytest.mark.parametrize("path, schema", SCHEMAS)
def test_a_file_keeps_its_schema(
    path: str, schema: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--builtin-schema", f"vendor.{schema}", "--default-filetype", "yaml"]
    monkeypatch.setattr(sys, "argv", ["check-jsonschema", *arguments, str(ROOT / path)])
    with pytest.raises(SystemExit) as exit_:
        check_jsonschema.main()
    assert exit_.value.code == 0, capsys.readouterr().out


def test_every_file_is_checked() -> None:
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / ".github").rglob("*.yml")}
    assert files == {path for path, _ in SCHEMAS} - {"CITATION.cff"}


def workflow(name: str) -> str:
    return (ROOT / ".github" / "workflows" / f"{name}.yml").read_text(encoding="utf-8")


def test_the_app_is_tested_on_each_python_from_the_floor_on() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (floor,) = re.findall(r'^requires-python = ">=(3\.\d+)"$', project, re.M)
    versions = yaml.safe_load(workflow("tests"))["jobs"]["app"]["strategy"]["matrix"]["python"]
    assert versions == [f"3.{minor}" for minor in range(int(floor[2:]), 15)]


@pytest.mark.parametrize("name", ["tests", "training"])
def test_the_workflows_name_targets_and_files_that_are_there(name: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    text = workflow(name)
    for target in re.findall(r"\bmake ([\w./-]+(?: [\w-]+)*)", text):
        for word in target.split():
            assert re.search(rf"^{re.escape(word)}:", makefile, re.M), word
    for path in re.findall(r"\b((?:tests|requirements)[\w/-]*\.(?:lock|py))", text):
        assert Path(ROOT, path).is_file(), path
