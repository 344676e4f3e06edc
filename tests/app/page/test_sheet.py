"""The sheet's size on phones and desktops, and the samples on it."""

import numpy as np
import pytest

from app.ink.strokes import strokes_from_canvas
from app.page import canvas, samples
from tests.support.browser import PHONE_AGENT


@pytest.mark.parametrize(
    "agent, size",
    [
        (PHONE_AGENT, canvas.PHONE),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148", canvas.PHONE),
        ("Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) Mobile/15E148", canvas.WIDE),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0", canvas.WIDE),
        (None, canvas.WIDE),
    ],
)
def test_phones_get_a_sheet_that_fits(agent: str | None, size: canvas.Size) -> None:
    assert canvas.size_for(agent) == size


@pytest.mark.parametrize("name", samples.SAMPLES)
@pytest.mark.parametrize("size", [canvas.WIDE, canvas.PHONE], ids=["wide", "phone"])
def test_samples_lie_on_the_visible_sheet(name: str, size: canvas.Size) -> None:
    pen_width = canvas.PIXEL_RATIO * size.pen_widths[2]
    objects = canvas.fabric_objects(samples.place(name, size), pen_width)
    strokes = strokes_from_canvas({"objects": objects})
    assert len(strokes) == len(samples.SAMPLES[name])
    points, rim = np.concatenate(strokes), pen_width / 2
    width, height = size.canvas_size
    assert (points > (rim, canvas.MARGIN + rim)).all()
    assert (points < (width - rim, height - rim)).all()
