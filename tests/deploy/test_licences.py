"""Every licence of the deployed packages has been looked at."""

from collections.abc import Iterator

import pytest

from deploy import licences
from deploy.licences import COPYLEFT, Licence
from tests.tools.image_files import locked


def test_all_licences_are_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert licences.main() == 0, capsys.readouterr().err
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(locked())
    assert any("FFmpeg (LGPL-2.1)" in line for line in lines)


def test_what_is_said_of_copyleft_is_about_packages_that_name_one() -> None:
    named = {licence.package for licence in licences.licences() if licence.is_copyleft_named}
    assert named == set(COPYLEFT)


@pytest.mark.parametrize(
    "licence, problem",
    [
        (Licence("a", "1", "MIT AND Zlib", False), ""),
        (Licence("a", "1", "GPL-3.0-only", False), "declares 'GPL-3.0-only'"),
        (Licence("a", "1", "MIT AND GPL-2.0-only", False), "declares 'MIT AND GPL-2.0-only'"),
        (Licence("a", "1", "nothing", False), "declares 'nothing'"),
        (Licence("a", "1", "MIT", True), "names a copyleft licence"),
        (Licence("numpy", "1", "MIT", True), ""),
    ],
)
def test_unknown_and_copyleft_licences_end_the_command(
    licence: Licence,
    problem: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def licences_of_one() -> Iterator[Licence]:
        yield licence

    monkeypatch.setattr(licences, "licences", licences_of_one)
    assert licences.main() == int(bool(problem))
    assert problem in capsys.readouterr().err
