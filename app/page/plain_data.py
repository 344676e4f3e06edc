"""Tells Streamlit that what the page's components are given holds no data frames.

To recognise a data frame, Streamlit imports pandas and PyArrow as soon as a component is given a
dictionary. Where they are installed, that is half a second of processor time before the first page,
and 67 MB of memory for good.
tests/app/test_patches.py says when this is not needed any more.
"""

from streamlit.components.v2.bidi_component import serialization


def spare_pandas() -> None:
    """Makes Streamlit pass what components are given on as JSON, for the whole process."""
    vars(serialization)["is_dataframe_like"] = _is_data_frame


def _is_data_frame(_value: object) -> bool:
    """No component of this page is given one."""
    return False
