"""How it works: the steps and the time each took, what was measured, and the model card."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from app import corrections
from app.inference.models import models_folder

MODELS: Final = models_folder()
# Key of the measured time, title, what happens.
STEPS: Final = (
    ("picture", "Picture", "decoded, and turned upright as the camera was held"),
    ("ink", "Ink", "your strokes, as points: their order, no pixels"),
    ("glyphs", "Glyphs", "each mark that may be a digit, scaled and centred in 28 × 28 pixels"),
    ("network", "Reading", "a small int8 network looks at all at once; the likeliest digits win"),
)
# Sets of models/model.json, as people call them.
MEASURED: Final = {
    "pen ink": "digits drawn by people it had never seen",
    "photographed ink": "such digits in photographs of paper, rendered ones",
    "MNIST test": "MNIST test digits",
}


def show_steps(times: Mapping[str, float]) -> None:
    """The expander; times: seconds of this reading by step, those of STEPS that were taken."""
    with st.expander("How it works", icon=":material/lightbulb:"):
        steps = "".join(
            f"<li><b>{title}</b>{what}{_output(times.get(key))}</li>"
            for key, title, what in STEPS
            if key in times or (not times and key != "picture")
        )
        total = f"{1000 * sum(times.values()):.1f} ms"
        took = f"<p>This reading took <b>{total}</b> on this server’s CPU.</p>" if times else ""
        st.html(f'<ol class="steps">{steps}</ol>{took}{accuracies()}')


def accuracies() -> str:
    """What was measured, as HTML; the numbers are those that the export wrote."""
    measured = _measured()
    rows = [
        f"<li><b>{sets['accuracy']:.1f} %</b> of {sets['n']:,} {said}</li>"
        for key, said in MEASURED.items()
        if (sets := measured.get("int8", {}).get("sets", {}).get(key))
    ]
    if not rows:
        return "<p>Nothing was measured of this model.</p>"
    size = measured["bytes"] / 1000
    return (
        f"<p>The network has {measured['parameters']:,} parameters in {size:.0f} kB."
        f" It reads correctly:</p><ul>{''.join(rows)}</ul>"
    )


def show_footer() -> None:
    """What happens to a drawing, and the model card."""
    with st.container(key="about"):
        kept = "nothing is" if corrections.from_environment() is None else "only corrections are"
        st.markdown(f"Read on this server’s CPU; {kept} stored.")
        if st.button("Model card", key="card", type="tertiary", icon=":material/description:"):
            _show_model_card()


@st.dialog("Model card", width="medium")
def _show_model_card() -> None:
    """The model card as it is in the repository, so that it needs no connection."""
    try:
        card = (MODELS / "README.md").read_text(encoding="utf-8")
    except OSError as error:
        st.error(f"The model card cannot be read: {error}")
        return
    # The dialog has a title of its own, and Streamlit would show HTML comments as text.
    st.markdown(re.sub(r"\A# [^\n]*|<!--.*?-->", "", card, flags=re.DOTALL))


@st.cache_data(show_spinner=False)
def _measured() -> dict[str, Any]:
    """models/model.json, empty where it cannot be read."""
    try:
        found: dict[str, Any] = json.loads((MODELS / "model.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _output(seconds: float | None) -> str:
    return "" if seconds is None else f"<output>{1000 * seconds:.1f} ms</output>"
