"""The footer: what is stored of a drawing, and the model card."""

import re

import streamlit as st

from app import corrections
from app.inference.models import models_folder


def show() -> None:
    """Shows the footer."""
    with st.container(key="about"):
        is_storing = corrections.from_environment() is not None
        stored = "Only corrections are stored." if is_storing else "Nothing is stored."
        st.markdown(f"Digits are read on this server’s CPU. {stored}")
        if st.button("Model card", key="card", type="tertiary", icon=":material/description:"):
            _show_model_card()


@st.dialog("Model card", width="medium")
def _show_model_card() -> None:
    """The model card of the repository, so that it needs no connection."""
    try:
        card = (models_folder() / "README.md").read_text(encoding="utf-8")
    except OSError:
        st.error("The model card is missing on this server.")
        return
    # The dialog has a title of its own, and Streamlit would show HTML comments as text.
    st.markdown(re.sub(r"\A# [^\n]*|<!--.*?-->", "", card, flags=re.DOTALL))
