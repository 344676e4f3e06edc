"""The recogniser of this process, which all visitors share."""

import logging

import streamlit as st

from app import recognizer
from app.inference.session import WrongModel


def get_recognizer() -> "recognizer.Recognizer | None":
    """The recogniser. If it cannot be loaded, shows an error on the page and returns None."""
    try:
        return _load()
    except WrongModel as error:
        logging.getLogger(__name__).error("the model cannot be used: %s", error)
        st.error(
            "The model cannot be used on this server at the moment. The server's log says why.",
            icon=":material/error:",
        )
        return None


@st.cache_resource(show_spinner=False)
def _load() -> "recognizer.Recognizer":
    """Loaded for the first visitor."""
    return recognizer.Recognizer()
