"""Tells Streamlit that the page's components get no data frames.

To recognise a data frame, Streamlit imports pandas and PyArrow as soon as a component is given a
dictionary. Where they are installed, that takes half a second of processor time before the first
page, and 67 MB of memory for good. tests/app/test_patches.py says when this is not needed any more.
"""

from streamlit.components.v2.bidi_component import serialization


def spare_pandas() -> None:
    """Makes Streamlit pass data to components as JSON, in the whole process."""
    vars(serialization)["is_dataframe_like"] = _is_data_frame


def _is_data_frame(_value: object) -> bool:
    """Always false, because no component of this page gets one."""
    return False
