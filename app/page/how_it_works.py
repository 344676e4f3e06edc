"""How it works: the steps of a reading, the time of each, and the accuracy of the model."""

import json
from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from app.inference.models import models_folder

# For each step, the key of its time, its title, and a description.
STEPS: Final = (
    ("picture", "Picture", "decoded and turned upright"),
    ("ink", "Ink", "your strokes as points in the order you drew them, not as pixels"),
    ("glyphs", "Glyphs", "every mark that may be a digit, scaled and centred in 28 × 28 pixels"),
    ("network", "Reading", "a small int8 network reads all of them at once; the likeliest win"),
)
# The names of test sets in models/model.json, with their descriptions.
TEST_SETS: Final = {
    "pen ink": "digits drawn by people it had never seen",
    "photographed ink": "such digits in rendered photographs of paper",
    "MNIST test": "MNIST test digits",
}


def show(times: Mapping[str, float]) -> None:
    """Shows the steps. times: seconds by the keys of STEPS, for the steps of this reading."""
    with st.expander("How it works", icon=":material/lightbulb:"):
        steps = "".join(
            f"<li><b>{title}</b>{action}{_duration(times.get(key))}</li>"
            for key, title, action in STEPS
            if key in times or (not times and key != "picture")
        )
        total = f"{1000 * sum(times.values()):,.1f} ms"
        duration = f"<p>This reading took <b>{total}</b> on this server’s CPU.</p>"
        st.html(f'<ol class="steps">{steps}</ol>{duration if times else ""}{accuracies()}')


def accuracies() -> str:
    """The accuracies that were measured at export, as HTML."""
    figures = _figures()
    rows = [
        f"<li><b>{test_set['accuracy']:.1f} %</b> of {test_set['n']:,} {description}</li>"
        for name, description in TEST_SETS.items()
        if (test_set := figures.get("int8", {}).get("sets", {}).get(name))
    ]
    if not rows:
        return "<p>This model has not been measured.</p>"
    return (
        f"<p>The network has {figures['parameters']:,} parameters in"
        f" {figures['bytes'] / 1000:.0f}\N{NO-BREAK SPACE}kB. It reads correctly:</p>"
        f"<ul>{''.join(rows)}</ul>"
    )


@st.cache_data(show_spinner=False)
def _figures() -> dict[str, Any]:
    """models/model.json; empty where it cannot be read."""
    try:
        text = (models_folder() / "model.json").read_text(encoding="utf-8")
        figures: dict[str, Any] = json.loads(text)
    except (OSError, ValueError):
        return {}
    return figures


def _duration(seconds: float | None) -> str:
    return "" if seconds is None else f"<output>{1000 * seconds:,.1f} ms</output>"
