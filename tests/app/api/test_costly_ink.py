"""Drawings are priced by their cost to read; costly ones delay no one and need little memory."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from app import recognizer as recognizers
from app.api.limits import Limits
from app.api.reader import Reader
from app.recognizer import CostlyInk, Recognizer
from tests.support.attacks import scribble, upright_strokes
from tests.support.drawings import placed
from tests.support.service import read, serving, strokes

COSTLY = [upright_strokes(), upright_strokes(100), scribble()]


@pytest.mark.parametrize("drawing", COSTLY, ids=["500 upright", "100 upright", "scribble"])
def test_costly_drawings_are_recognised_before_their_glyphs_are_drawn(
    drawing: list[NDArray[np.float64]], recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(*_: object) -> None:
        raise AssertionError("a glyph was drawn")

    monkeypatch.setattr("app.glyph.from_strokes", draw)
    with pytest.raises(CostlyInk):
        recognizer.prepare_ink(drawing, max_seconds=0.025)


def test_ordinary_numbers_are_not_costly(recognizer: Recognizer) -> None:
    ten_digits = [
        stroke
        for index, digit in enumerate("2026583947")
        for stroke in placed(int(digit), 90 * index, 20, 100)
    ]
    recognizer.prepare_ink(ten_digits, max_seconds=0.025)


def test_costly_drawings_do_not_delay_others() -> None:
    has_begun, may_end = threading.Event(), threading.Event()

    class Slow(Reader):
        """A reader that takes as long for a costly drawing as the test wants."""

        def read_ink(self, content: bytes, single: bool) -> bytes:
            has_begun.set()
            may_end.wait(30)
            return super().read_ink(content, single)

    costly = {"strokes": [stroke.tolist() for stroke in upright_strokes(100)]}
    limits = Limits(rate=0, reads=1)
    with ThreadPoolExecutor() as clients, serving(limits, Slow(limits)) as address:
        waiting = clients.submit(read, address, costly, "application/json")
        assert has_begun.wait(30)
        answer = read(address, {"strokes": strokes(3)}, "application/json")
        assert (answer.status_code, answer.json()["text"]) == (200, "3")
        assert not waiting.done()
        may_end.set()
        assert waiting.result().status_code == 200


def test_the_network_gets_few_glyphs_at_a_time(recognizer: Recognizer) -> None:
    sizes = []

    class Session:
        """A session that counts its inputs."""

        def run(self, outputs: list[str], inputs: dict[str, NDArray[np.uint8]]) -> Any:
            sizes.append(len(inputs["glyphs"]))
            return recognizer._session.run(outputs, inputs)

    watched = object.__new__(Recognizer)
    watched.__dict__.update(recognizer.__dict__, _session=Session())
    prepared = watched.prepare_ink(upright_strokes(200))
    (reading,) = watched.read_prepared([prepared])
    assert len(reading.digits) >= 40  # of at most five strokes each
    assert sum(sizes) > 900
    assert max(sizes) <= recognizers.MAX_GLYPHS


def test_glyphs_are_read_alike_however_many_come_together(recognizer: Recognizer) -> None:
    glyphs = np.random.default_rng(0).integers(0, 256, (300, 28, 28), np.uint8)
    alone = np.concatenate([recognizer.logits(glyphs[index : index + 1]) for index in range(300)])
    np.testing.assert_array_equal(recognizer.logits(glyphs), alone)
    assert recognizer.features(glyphs).shape[0] == 300
