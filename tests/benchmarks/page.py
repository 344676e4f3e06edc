"""Measures how long a reading takes on the page: `python -m tests.benchmarks.page`.

It measures from the mouse going up after a stroke to the reading on the page, in Chromium. An empty
page, which has the same canvas and shows only how many strokes arrived, tells how much of that the
canvas component and Streamlit take. One run draws on both alternately. Writes
models/bench_page.json. This is no test, as machines differ and are noisy. Needs Chromium.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np
from playwright.sync_api import Page, sync_playwright

from app.page import canvas
from app.recognizer import MODEL
from tests.benchmarks.serving import machine
from tests.support.browser import (
    FLAGS,
    change_sheet,
    draw_with_mouse,
    find_chromium,
    number_on_sheet,
    open_page,
    serving,
)
from tests.support.paths import ROOT
from tests.support.visitors import WATCH

NUMBER: Final = "3609"  # one stroke for each digit, so that the reading changes with each
DEFAULT_ROUNDS: Final = 12  # numbers drawn on each page; the first warms up
MAX_RATIO: Final = 1.15  # times the empty page
EMPTY_PAGE: Final = """
import streamlit as st
from streamlit_drawable_canvas import st_canvas

st.session_state.setdefault("sheet", 0)

@st.fragment
def page():
    with st.container(key="canvas", width={width}, height={height}):
        drawing = st_canvas(
            stroke_width={pen}, stroke_color="{ink}", background_color="{paper}",
            width={canvas[0]}, height={canvas[1]}, initial_drawing={{"objects": []}},
            key=f"sheet-{{st.session_state.sheet}}",
        ).json_data or {{}}
    with st.container(key="reading"):
        count = len(drawing.get("objects", []))
        st.markdown(f'<div role="status">{{count}} strokes</div>', unsafe_allow_html=True)

def clear():
    st.session_state.sheet += 1

st.button("Clear", key="clear", on_click=clear)
page()
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.page", description=__doc__)
    parser.add_argument(
        "--rounds", type=int, default=DEFAULT_ROUNDS, help="numbers drawn on each page"
    )
    parser.add_argument("--output", type=Path, default=MODEL.parent / "bench_page.json")
    command = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        script = empty_page(Path(folder))
        with serving() as page, serving(script.parent, str(script)) as empty:
            times = alternating_times({"page": page, "empty": empty}, command.rounds)
    figures = {"machine": machine(), "unit": "ms", **summary(times), "goal": MAX_RATIO}
    command.output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=2))
    print(f"wrote {command.output}")
    return 0


def empty_page(folder: Path) -> Path:
    """Writes the empty page into a folder, with the settings of the page itself beside it."""
    size = canvas.WIDE
    script = folder / "empty.py"
    script.write_text(
        EMPTY_PAGE.format(
            pen=canvas.PIXEL_RATIO * size.pen_widths[1],
            ink=canvas.INK_COLOUR,
            paper=canvas.PAPER_COLOUR,
            canvas=size.canvas_size,
            width=size.canvas_size[0],
            height=size.canvas_size[1],
        ),
        encoding="utf-8",
    )
    settings = folder / ".streamlit" / "config.toml"
    settings.parent.mkdir()
    shutil.copy(ROOT / "app" / ".streamlit" / "config.toml", settings)
    return script


def alternating_times(addresses: dict[str, str], rounds: int) -> dict[str, list[float]]:
    """Milliseconds from mouse-up to reading, of each stroke on each page; see NUMBER."""
    times: dict[str, list[float]] = {name: [] for name in addresses}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(playwright), args=list(FLAGS)
        )
        pages = {name: open_page(browser, url) for name, url in addresses.items()}
        for page in pages.values():
            page.evaluate(WATCH)
        strokes = number_on_sheet(pages["page"], NUMBER)
        shifts = {name: _corner(page) - _corner(pages["page"]) for name, page in pages.items()}
        for round_index in range(rounds):
            order = list(pages) if round_index % 2 else list(reversed(pages))
            for stroke in strokes:
                for name in order:
                    milliseconds = _draw(pages[name], [stroke + shifts[name]])
                    if round_index:  # the first one warms up
                        times[name].append(milliseconds)
            for page in pages.values():
                change_sheet(page, "clear")
                page.wait_for_timeout(500)
        browser.close()
    return times


def summary(times: dict[str, list[float]]) -> dict[str, Any]:
    """The median and quartiles of each page, and the ratio of their medians."""
    figures: dict[str, Any] = {}
    for name, milliseconds in times.items():
        low, middle, high = np.quantile(milliseconds, [0.25, 0.5, 0.75]).round(1).tolist()
        figures[name] = {"median": middle, "quartiles": [low, high], "strokes": len(milliseconds)}
    figures["ratio"] = round(median(times["page"]) / median(times["empty"]), 3)
    return figures


def _corner(page: Page) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The upper left corner of the sheet, in the page's pixels: (2,)."""
    box = page.locator(".st-key-canvas").bounding_box()
    assert box is not None, "the sheet is not on the page"
    return np.array([box["x"], box["y"]])


def _draw(page: Page, strokes: list[Any]) -> float:
    """Draws on a page; returns the milliseconds from mouse-up to its new reading."""
    page.bring_to_front()
    page.evaluate("() => { window.seen.length = 0 }")
    draw_with_mouse(page, strokes)
    page.wait_for_function("() => window.seen.length")
    page.wait_for_timeout(300)  # until everything else, which is not measured, has arrived
    return float(page.evaluate("() => window.seen[0][1]"))


if __name__ == "__main__":
    sys.exit(main())
