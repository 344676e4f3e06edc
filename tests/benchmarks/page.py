"""Measures how long a reading takes on the page: `python -m tests.benchmarks.page`.

From the mouse going up after a stroke to the reading in the page, in Chromium, beside an empty
page that has the same canvas and says no more than how many strokes it was sent: what the canvas
component and Streamlit take by themselves. Both are drawn on by turns, in one run. Writes
models/bench_page.json. Nothing here is a test: machines differ and are noisy. Needs Chromium.
"""

import argparse
import json
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

NUMBER: Final = "3609"  # a stroke a digit, and a reading that changes with each
ROUNDS: Final = 12  # that many numbers on each page, of which the first warms up
GOAL: Final = 1.15  # times the empty page
EMPTY: Final = """
import streamlit as st
from streamlit_drawable_canvas import st_canvas

at = st.session_state.setdefault("sheet", 0)

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
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="numbers drawn on each page")
    parser.add_argument("--output", type=Path, default=MODEL.parent / "bench_page.json")
    command = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        script = empty_page(Path(folder))
        with serving() as page, serving(script.parent, str(script)) as empty:
            taken = by_turns({"page": page, "empty": empty}, command.rounds)
    figures = {"machine": machine(), "unit": "ms", **summary(taken), "goal": GOAL}
    command.output.write_text(json.dumps(figures, indent=2) + "\n")
    print(json.dumps(figures, indent=2))
    print(f"wrote {command.output}")
    return 0


def empty_page(folder: Path) -> Path:
    """Writes the empty page into a folder, with the settings of the page itself beside it."""
    size = canvas.WIDE
    script = folder / "empty.py"
    script.write_text(
        EMPTY.format(
            pen=canvas.PIXEL_RATIO * size.pen_widths[1],
            ink=canvas.INK_COLOUR,
            paper=canvas.PAPER_COLOUR,
            canvas=size.canvas_size,
            width=size.canvas_size[0],
            height=size.canvas_size[1],
        )
    )
    settings = folder / ".streamlit" / "config.toml"
    settings.parent.mkdir()
    settings.write_text((ROOT / "app" / ".streamlit" / "config.toml").read_text())
    return script


def by_turns(addresses: dict[str, str], rounds: int) -> dict[str, list[float]]:
    """Milliseconds from mouse-up to reading, of each stroke on each page; see NUMBER."""
    taken: dict[str, list[float]] = {name: [] for name in addresses}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(playwright), args=list(FLAGS)
        )
        pages = {name: open_page(browser, where) for name, where in addresses.items()}
        for page in pages.values():
            page.evaluate(WATCH)
        strokes = number_on_sheet(pages["page"], NUMBER)
        shifts = {name: _corner(page) - _corner(pages["page"]) for name, page in pages.items()}
        for number in range(rounds):
            order = list(pages) if number % 2 else list(reversed(pages))
            for stroke in strokes:
                for name in order:
                    after = _draw(pages[name], [stroke + shifts[name]])
                    if number:  # the first warms up
                        taken[name].append(after)
            for page in pages.values():
                change_sheet(page, "clear")
                page.wait_for_timeout(500)
        browser.close()
    return taken


def summary(taken: dict[str, list[float]]) -> dict[str, Any]:
    """The medians of both pages with their quartiles, and how many times the empty page's."""
    figures: dict[str, Any] = {}
    for name, times in taken.items():
        low, middle, high = np.quantile(times, [0.25, 0.5, 0.75]).round(1).tolist()
        figures[name] = {"median": middle, "quartiles": [low, high], "strokes": len(times)}
    figures["ratio"] = round(median(taken["page"]) / median(taken["empty"]), 3)
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
    page.wait_for_timeout(300)  # until all else has come, which is not what is measured
    return float(page.evaluate("() => window.seen[0][1]"))


if __name__ == "__main__":
    sys.exit(main())
