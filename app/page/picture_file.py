"""Decodes a picture's file and finds its ink once for as long as it is shown, or refuses it."""

import logging
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

import streamlit as st

from app.inference.session import WrongModel
from app.ink import sharpness
from app.ink.files.decoder_pool import DecoderBusy, shared_pool
from app.ink.files.decoding import Decoding, DecodingCancelled
from app.ink.files.picture_file import Page
from app.page import annotated_picture, file_refusals, picture_places, turned_picture, visitor
from app.page.visit import current_visit
from app.reading import UnreadableInput
from app.recognizer import Prepared, Recognizer

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile


class UnusablePicture(Exception):
    """A file that cannot be read; the message tells a visitor what happened and what to do."""


class UnreadPicture(UnusablePicture):
    """A file that the server could not read this time, although it may be sound."""


@dataclass(frozen=True, eq=False)
class PreparedPicture:
    """The part of a picture that is kept while it is shown.

    file_id: Streamlit's. url: see `annotated_picture.to_url`. size: width and height in pixels.
    times: seconds by step. is_blurred: see `app.ink.sharpness`. turned: degrees clockwise by which
    the picture is turned. notes: sentences about pages and turning.
    """

    file_id: str
    url: str
    size: tuple[int, int]
    prepared: Prepared
    times: dict[str, float]
    is_blurred: bool
    turned: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class RefusedPicture:
    """A file that cannot be read; it is kept so that the file is not decoded in every run.

    file_id: Streamlit's. reason: the message of an `UnusablePicture`.
    """

    file_id: str
    reason: str


def forget() -> None:
    """Frees the memory of the picture, some megabytes."""
    st.session_state.pop("prepared_picture", None)


def prepared(recognizer: Recognizer, file: "UploadedFile") -> PreparedPicture:
    """The picture of a file, prepared once for as long as it is shown. Raises UnusablePicture."""
    shown: PreparedPicture | RefusedPicture | None = st.session_state.get("prepared_picture")
    if shown is None or shown.file_id != file.file_id:
        forget()  # before the next picture takes memory
        current_visit().forget_reading()
        shown = st.session_state.prepared_picture = _prepare_or_refuse(recognizer, file)
    if isinstance(shown, RefusedPicture):
        raise UnusablePicture(shown.reason)
    return shown


def _prepare_or_refuse(
    recognizer: Recognizer, file: "UploadedFile"
) -> PreparedPicture | RefusedPicture:
    """The picture of a file, or its refusal. Raises UnreadPicture, which is not kept."""
    try:
        return _prepare(recognizer, file)
    except UnreadPicture:
        raise
    except UnusablePicture as error:
        return RefusedPicture(file.file_id, str(error))


def _prepare(recognizer: Recognizer, file: "UploadedFile") -> PreparedPicture:
    """Decodes a file and finds the candidates for digits on it.

    Raises UnusablePicture, and UnreadPicture if it may be read another time.
    """
    decoding = Decoding(is_wanted=visitor.is_connected())
    client = visitor.client() or current_visit().name
    try:
        with picture_places.held(client, decoding), shared_pool().reading():
            return _read_file(recognizer, file, decoding)
    except (DecoderBusy, DecodingCancelled) as error:
        raise UnreadPicture(
            f"{file_refusals.shown_name(file.name)} was not read, because the server is busy."
            " Choose it again in a moment."
        ) from error


def _read_file(recognizer: Recognizer, file: "UploadedFile", decoding: Decoding) -> PreparedPicture:
    """As `_prepare`, while holding a place for pictures.

    Raises UnusablePicture, DecoderBusy and DecodingCancelled.
    """
    content = file.getvalue()
    start = perf_counter()
    page = _decoded(file, content, decoding)
    decoded = perf_counter()
    turned = _turned(recognizer, file, page)
    times = {"picture": decoded - start, "glyphs": perf_counter() - decoded}
    return PreparedPicture(
        file.file_id,
        annotated_picture.to_url(turned.pixels),
        (turned.pixels.shape[1], turned.pixels.shape[0]),
        turned.prepared,
        times,
        sharpness.is_blurred(
            turned.pixels, current_visit().read(recognizer, turned.prepared).digits
        ),
        turned.degrees,
        tuple(note for note in (page.note, turned.note) if note),
    )


def _decoded(file: "UploadedFile", content: bytes, decoding: Decoding) -> Page:
    """The first page of an upload. Raises UnusablePicture, DecoderBusy and DecodingCancelled."""
    try:
        return shared_pool().decode(content, decoding=decoding)
    except UnreadableInput as error:
        raise UnusablePicture(file_refusals.refusal(file.name, content, error)) from error


def _turned(
    recognizer: Recognizer, file: "UploadedFile", page: Page
) -> turned_picture.TurnedPicture:
    """A page, turned and ready to be read. Raises UnusablePicture and UnreadPicture."""
    try:
        return turned_picture.prepare(recognizer, file.file_id, page.pixels)
    except WrongModel as error:
        logging.getLogger(__name__).exception("pictures cannot be read")
        raise UnreadPicture(
            "Pictures cannot be read on this server at the moment, but drawings can."
        ) from error
    except UnreadableInput as error:
        raise UnusablePicture(file_refusals.too_much(file.name, error)) from error
