"""Inputs that people reported because they were read wrongly, with the right readings.

Signs in numbers must be read as themselves; `reported/expected.jsonl` has the kind of each input.
"""

import json
from pathlib import Path
from typing import Final

import pytest

from app.ink.files import ink_file
from app.recognizer import Recognizer

FOLDER: Final = Path(__file__).parent / "reported"
CASES: Final[dict[str, str]] = {
    case["file"]: case["expected"]
    for case in map(json.loads, (FOLDER / "expected.jsonl").read_text("utf-8").splitlines())
}
NOT_READ_YET: Final = {
    "shape_0k.json": "an unusual zero is refused",
    "screenshot_phone.png": "the last digit is half beyond the picture's edge, and is left out",
}


def test_every_input_has_an_answer() -> None:
    inputs = {path.name for path in FOLDER.iterdir()} - {"expected.jsonl"}
    assert inputs == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_it_is_read_rightly(
    recognizer: Recognizer, name: str, request: pytest.FixtureRequest
) -> None:
    if name in NOT_READ_YET:
        request.applymarker(pytest.mark.xfail(reason=NOT_READ_YET[name], strict=True))
    path = FOLDER / name
    if path.suffix == ".json":
        reading = recognizer.read_ink(ink_file.load(path))
    else:
        reading = recognizer.read_image(path)
    assert reading.text == CASES[name]
