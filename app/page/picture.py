"""Pictures: dropped, pasted, chosen or taken with the camera, and what is read on them."""

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Final

import streamlit as st

from app.inference.session import WrongModel
from app.ink import sharpness
from app.ink.header import NotAPicture, PictureTooLarge, decode_checked
from app.page import (
    annotated_picture,
    clipboard,
    how_it_works,
    result,
)
from app.page.shared_recognizer import loaded
from app.reading import Reading, UnreadableInput
from app.recognizer import Prepared, Recognizer

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

HINT: Final = "No picture yet"
NO_INK: Final = "No digits found"
CANNOT: Final = "This cannot be read"


@dataclass(frozen=True, eq=False)
class Found:
    """A picture that was looked at once: what is kept of it while it is shown.

    file: its id. picture: see `boxed.address`. size: width and height of the file's own, pixels.
    prepared: what may be read. times: seconds by step. blurred: see `focus.is_blurred`.
    """

    file: str
    picture: str
    size: tuple[int, int]
    prepared: Prepared
    times: dict[str, float]
    blurred: bool


@st.fragment
def upload_and_read() -> None:
    """A file dropped, chosen or pasted."""
    with st.container(key="file"):
        # Of any type: Streamlit refuses others with no more than a red sign, the page with words.
        file = st.file_uploader("Drop, paste or choose a picture of digits")
    clipboard.take_pasted()
    _read(file)


@st.fragment
def photograph_and_read() -> None:
    """The camera."""
    with st.container(key="camera"):
        file = st.camera_input("Fill the picture with the digits")
    _read(file)


def forget() -> None:
    """Lets go of the picture, which takes some megabytes."""
    st.session_state.pop("found", None)


def _read(file: "UploadedFile | None") -> None:
    recognizer = loaded()
    if recognizer is None:
        return
    found = None if file is None else _found(recognizer, file)
    if isinstance(found, str):
        result.show_headline(Reading(), CANNOT)
        st.error(found, icon=":material/error:")
        return
    if found is None:
        result.show_headline(Reading(), HINT)
        how_it_works.show_steps({})
        return
    start = perf_counter()
    reading = result.read(recognizer, found.prepared)
    times = {**found.times, "network": perf_counter() - start}
    result.show_headline(reading, NO_INK)
    if not reading.digits:
        st.info(
            "There is no ink that looks like writing. Dark digits on light paper, large and in"
            " focus, are found best.",
            icon=":material/search:",
        )
    elif found.blurred:
        st.warning(
            "This picture is too blurred to be read reliably. Hold still and let the camera focus.",
            icon=":material/blur_on:",
        )
    with st.container(key="picture"):
        at = result.chosen(reading) if reading.digits else 0
        annotated_picture.show(found.picture, found.size, reading, at, result.choose)
    result.show_details(recognizer, reading)
    how_it_works.show_steps(times)


def _found(recognizer: Recognizer, file: "UploadedFile") -> Found | str:
    """What is on a picture, looked at once for each file; or what is wrong with it, in words."""
    known = st.session_state.get("found")
    if isinstance(known, Found) and known.file == file.file_id:
        return known
    result.visit().look_elsewhere()
    try:
        start = perf_counter()
        image = decode_checked(file.getvalue())
        decoded = perf_counter()
        prepared = recognizer.prepare_image(image)
        times = {"picture": decoded - start, "glyphs": perf_counter() - decoded}
    except PictureTooLarge as error:
        return f"{file.name} is too large: {error}."
    except NotAPicture:
        return (
            f"{file.name} is not a picture that can be read here. Try PNG, JPEG, WebP, BMP or GIF."
        )
    except WrongModel as error:
        return f"Photographs cannot be read on this server: {error}"
    except UnreadableInput as error:
        return f"{file.name} cannot be read: {str(error).removeprefix('picture: ')}."
    small, _ = annotated_picture.reduced(image)
    found = Found(
        file.file_id,
        annotated_picture.address(small),
        (image.shape[1], image.shape[0]),
        prepared,
        times,
        sharpness.is_blurred(image, result.read(recognizer, prepared).digits),
    )
    st.session_state.found = found
    return found
