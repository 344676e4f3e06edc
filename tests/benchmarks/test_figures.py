"""Files of figures are written whole, and parts of them replaced."""

import json
from pathlib import Path

from tests.benchmarks.figures import write, write_part


def test_a_part_is_replaced_and_the_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "load.json"
    write_part(path, "load", {"seconds": 1})
    write_part(path, "soak", {"seconds": 2})
    write_part(path, "load", {"seconds": 3})
    assert json.loads(path.read_text("utf-8")) == {"load": {"seconds": 3}, "soak": {"seconds": 2}}


def test_writing_replaces_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "choices.json"
    write(path, {"old": 1})
    write(path, {"new": 2})
    assert path.read_text("utf-8") == '{\n  "new": 2\n}\n'
    assert [file.name for file in tmp_path.iterdir()] == ["choices.json"]
