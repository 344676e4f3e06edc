"""The footer: whether drawings are stored, and the model card."""

import re
from typing import Final

import streamlit as st

from app import corrections
from app.inference.models import models_folder

# For visitors, before the card, which is for people who use the model in programs.
FOR_VISITORS: Final = """
**It can** read digits and numbers that you write with a finger, a mouse or a pen, and those on
pictures of paper, best where they are large, dark on light and apart from each other.

**It cannot** read letters or words. What does not look like a digit is shown as “?”.

**It can be wrong** even where it is sure. Check what it has read, and do not rely on it where a
wrong digit does harm.

---
"""

# The dialog has its own title and no pictures, and would show HTML comments as text.
UNSHOWN: Final = re.compile(r"\A# [^\n]*|<!--.*?-->|!\[[^\]]*\]\([^)]*\)", re.DOTALL)
# These lead to files that are not served.
RELATIVE_LINK: Final = re.compile(r"\[([^\]]*)\]\((?!https?:)[^)]*\)")


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
    """Shows the repository's model card, which needs no connection."""
    try:
        card = (models_folder() / "README.md").read_text(encoding="utf-8")
    except OSError:
        st.error("The model card is missing on this server.")
        return
    st.markdown(FOR_VISITORS + RELATIVE_LINK.sub(r"\1", UNSHOWN.sub("", card)))
