"""Hostile and broken inputs: the first cases of `tests.fuzz`, and strokes and arrays made by
Hypothesis, which reduces a failure to a small example.
"""

import re
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, configuration, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.reading import Reading, UnreadableInput
from app.recognizer import Recognizer
from tests.fuzz import __main__ as fuzz
from tests.fuzz.cases import MAKERS
from tests.fuzz.page_doors import PageDoors
from tests.support.attacks import frame, rerun

pytestmark = pytest.mark.slow

# Otherwise Hypothesis makes a folder at the root, although no example is stored.
configuration.set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "hypothesis")
QUICK = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
# CPU seconds: many times what `make fuzz` allows, because they get longer on a busy machine.
MAX_SECONDS = "15"


@pytest.fixture(scope="module")
def doors(recognizer: Recognizer) -> PageDoors:
    """The guarded page, whose server lives as long as this process."""
    return PageDoors(recognizer)


def test_wrong_inputs_are_read_or_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    failures = tmp_path / "fuzz.jsonl"
    wanted = ["--cases=250", "--workers=1", f"--seconds={MAX_SECONDS}", f"--output={failures}"]
    status = fuzz.main(wanted)
    assert status == 0, failures.read_text()
    output = capfd.readouterr().out
    assert "250 cases, 0 failed" in output
    assert [maker.__name__ for maker in MAKERS if maker.__name__ not in output] == []


def test_a_connection_that_is_closed_without_a_reason_is_a_failure(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    doors, message = PageDoors(recognizer), rerun("[" * 20)
    assert doors.open("messages", [message]) == "refused"
    assert doors.open("messages", [rerun("{}")] * 40) == "read"
    assert doors.open("messages", [rerun("[]")] * 1_000) == "refused"
    monkeypatch.setattr("app.guard.connection.MAX_REASON_BYTES", 0)
    assert doors.open("messages", [message]).startswith("bad: closed by")


@pytest.mark.parametrize(
    "data, outcome",
    [
        (frame(b""), "read"),
        (frame(b"", 9) * 3, "read"),  # pings
        (frame(b"", 9) * 3_000, "refused"),
        (b"\xff" * 20, "refused"),
        (b"\x82\x01x", "refused"),  # not masked
    ],
)
def test_frames_are_taken_or_end_the_connection(
    doors: PageDoors, data: bytes, outcome: str
) -> None:
    assert doors.open("socket", data) == outcome


def holds(reading: Reading) -> None:
    """Asserts what is true of every Reading."""
    text = reading.text.replace(" ", "").replace("\n", "")
    assert text == "".join(digit.text for digit in reading.digits)
    assert all(digit.value is None for digit in reading.digits if digit.sign)
    assert sum(len(number.digits) for number in reading.numbers) == len(reading.digits)
    for digit in reading.digits:
        assert 0 <= digit.confidence <= 1
        assert digit.probabilities.sum() == pytest.approx(1, abs=1e-5)
        assert digit.glyph.shape == (28, 28)
        assert digit.glyph.any()
        assert np.isfinite(digit.box).all()
        assert min(digit.box[2:]) >= 0


PLACE = st.floats(-1e6, 1e6) | st.integers(-1_000_000, 1_000_000)
STROKES = st.lists(st.lists(st.tuples(PLACE, PLACE), max_size=12), max_size=8)


@QUICK
@given(strokes=STROKES, single=st.booleans())
def test_all_strokes_of_numbers_are_read(
    recognizer: Recognizer, strokes: list[list[tuple[float, float]]], single: bool
) -> None:
    reading = recognizer.read_ink(strokes, single)
    holds(reading)
    assert bool(reading.digits) == any(strokes)
    if not any(strokes):
        return
    points = np.concatenate([np.array(stroke, np.float64) for stroke in strokes if stroke])
    low, high = points.min(axis=0), points.max(axis=0)
    for digit in reading.digits:  # is somewhere on the ink
        x, y, width, height = digit.box
        assert (low <= (x, y)).all()
        assert ((x + width, y + height) <= high + 1e-6 * np.abs(points).max()).all()


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=1), inner),
    max_leaves=12,
)


@QUICK
@given(strokes=ANYTHING)
def test_anything_as_strokes_is_read_or_refused(recognizer: Recognizer, strokes: Any) -> None:
    try:
        reading = recognizer.read_ink(strokes)
    except UnreadableInput as error:
        message = str(error)
    else:
        holds(reading)
        return
    assert re.search("expected .*got", message, re.DOTALL)


@st.composite
def images(draw: st.DrawFn) -> NDArray[np.uint8]:
    """Small pictures of few values, so that most of them have paper and ink."""
    height, width = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    channels = draw(st.sampled_from([(), (3,), (4,)]))
    values = np.array(draw(st.lists(st.integers(0, 255), min_size=2, max_size=4)), np.uint8)
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    image = values[random.integers(0, len(values), (height, width, *channels))]
    grown: NDArray[np.uint8] = image.repeat(draw(st.integers(1, 6)), 0).repeat(3, 1)
    return grown


@QUICK
@given(image=images(), single=st.booleans())
def test_all_pictures_are_read(
    recognizer: Recognizer, image: NDArray[np.uint8], single: bool
) -> None:
    before = image.copy()
    reading = recognizer.read_image(image, single)
    holds(reading)
    assert (image == before).all()
    for digit in reading.digits:  # is somewhere on the picture
        x, y, width, height = digit.box
        assert x >= -1
        assert y >= -1
        assert x + width <= image.shape[1] + 1
        assert y + height <= image.shape[0] + 1


TYPES = ["uint8", "int8", "uint16", "float32", "bool", "object", "U1", "datetime64[s]", "complex64"]


@QUICK
@given(
    kind=st.sampled_from(TYPES),
    shape=st.lists(st.integers(0, 5), max_size=4),
)
def test_other_arrays_are_refused(recognizer: Recognizer, kind: str, shape: list[int]) -> None:
    array = np.zeros(shape, kind)
    is_picture = kind in ("uint8", "bool", "float32")
    readable = is_picture and (len(shape) == 2 or (len(shape) == 3 and shape[2] in (3, 4)))
    if readable and 0 not in shape:
        holds(recognizer.read_image(array))
        return
    with pytest.raises(UnreadableInput, match="expected .*got"):
        recognizer.read_image(array)
