"""Picture and Camera: a picture that is chosen, dropped, pasted or taken, and its reading."""

from time import perf_counter
from typing import TYPE_CHECKING, Final

import streamlit as st

from app.page import (
    annotated_picture,
    clipboard,
    digit_details,
    headline,
    how_it_works,
    picture_file,
    turned_picture,
)
from app.page.shared_recognizer import get_recognizer
from app.page.visit import current_visit
from app.reading import Reading
from app.recognizer import Recognizer

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

HINT: Final = "The reading appears here"
NO_DIGITS: Final = "No handwriting found"
UNREADABLE: Final = "This picture cannot be read"


@st.fragment
def upload_and_read() -> None:
    """Reads a file that is dropped, chosen or pasted."""
    with st.container(key="viewer"):
        with st.container(key="file"):
            # Any type is accepted, because the page explains what is wrong with a file.
            file = st.file_uploader("Drop, paste or choose a picture of digits")
        _read(file)


@st.fragment
def photograph_and_read() -> None:
    """Reads a photograph that is taken with the camera."""
    with st.container(key="viewer"):
        with st.container(key="camera"):
            file = st.camera_input("Fill the frame with your digits")
        _read(file)


def _read(file: "UploadedFile | None") -> None:
    """Shows what belongs to a file, see viewer.css: the reading, the picture, the details."""
    recognizer = get_recognizer()
    if recognizer is None:
        return
    with st.container(key="answer"):
        picture = _prepared(recognizer, file)
        read = picture and _show_reading(recognizer, picture)
    if picture and read:
        _show_picture(picture, read[0])
    with st.container(key="close-up"):
        if read:
            digit_details.show(recognizer, read[0])
        how_it_works.show(read[1] if read else {})


def _prepared(
    recognizer: Recognizer, file: "UploadedFile | None"
) -> picture_file.PreparedPicture | None:
    """The picture of a file; None, and what to do, where there is none to show."""
    if file is None:
        _show_headline(Reading(), HINT)
        return None
    try:
        with st.spinner(f"Reading {file.name} …"):
            return picture_file.prepared(recognizer, file)
    except picture_file.UnusablePicture as error:
        _show_headline(Reading(), UNREADABLE)
        st.error(str(error), icon=":material/error:")
        return None


def _show_reading(
    recognizer: Recognizer, picture: picture_file.PreparedPicture
) -> tuple[Reading, dict[str, float]]:
    """Shows what is read from a picture. Returns the reading, and the seconds of each step."""
    visit = current_visit()
    start = perf_counter()
    reading = visit.read(recognizer, picture.prepared)
    times = {**picture.times, "network": perf_counter() - start}
    _show_headline(reading, NO_DIGITS, visit.reader().corrected_in(reading))
    if not reading.digits:
        st.info(
            "Nothing here looks like handwriting. Dark digits on light paper work best, large and"
            " in focus.",
            icon=":material/search:",
        )
    elif picture.is_blurred:
        st.warning(
            "This picture is too blurred to read reliably. Hold still and let the camera focus.",
            icon=":material/blur_on:",
        )
    for note in picture.notes:
        st.info(note, icon=":material/info:")
    return reading, times


def _show_picture(picture: picture_file.PreparedPicture, reading: Reading) -> None:
    """Shows a picture with its digits, and a button that turns it."""
    visit = current_visit()
    with st.container(key="picture"):
        chosen = visit.chosen_in(reading) if reading.digits else 0
        annotated_picture.show(picture.url, picture.size, reading, chosen, visit.choose)
        turned_picture.button(picture.file_id, picture.turned, picture_file.forget)


def _show_headline(reading: Reading, hint: str, corrected: frozenset[int] = frozenset()) -> None:
    """Shows the headline, see `headline.show`, and a button that copies the reading, if any."""
    headline.show(reading, hint, corrected=corrected)
    if reading.text:
        clipboard.copy_button(reading.text)
