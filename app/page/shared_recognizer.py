"""The one recogniser of this process."""

import streamlit as st

from app import recognizer
from app.inference.session import WrongModel


def loaded() -> "recognizer.Recognizer | None":
    """The recogniser, or None after the page was told why there is none."""
    try:
        return _load()
    except WrongModel as error:
        st.error(f"The model cannot be used: {error}", icon=":material/error:")
        return None


@st.cache_resource(show_spinner=False)
def _load() -> "recognizer.Recognizer":
    """Loaded for the first visitor, shared by all."""
    return recognizer.Recognizer()
