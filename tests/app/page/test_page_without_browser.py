"""The page, run without a browser."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app import corrections, recognizer
from app.inference.session import WrongModel
from app.page import canvas, correction_buttons, draw, how_it_works, html_panel
from app.page.visit import UNSTORED
from app.reading import UnreadableInput
from tests.support.page_elements import headline_text
from tests.support.paths import ROOT

NUMBER, FIVE, LETTER = "sample-0", "sample-1", "sample-2"


@pytest.fixture(autouse=True)
def _panels(monkeypatch: pytest.MonkeyPatch) -> None:
    """AppTest knows no components, so a panel's buttons become Streamlit's own."""

    def show(html: str, key: str, on_press: Callable[[str], None]) -> None:
        st.html(f'<div class="{key}">{html}</div>')
        for name in re.findall(r'data-press="([^"]+)"', html):
            st.button(name, key=name, on_click=on_press, args=(name,))

    monkeypatch.setattr(html_panel, "show", show)


def opened() -> AppTest:
    """The page as a visitor first sees it."""
    return AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=30).run()


def press(page: AppTest, key: str) -> AppTest:
    """The page after a button was pressed."""
    return page.button(key=key).click().run()


def visible_text(page: AppTest) -> str:
    """The text of the page, without its HTML."""
    texts = [element.proto.body for element in page.get("html")]
    texts += [element.value for element in page.markdown]
    return unescape(re.sub(r"<style.*?</style>|<[^>]*>", " ", "\n".join(texts)))


def test_missing_model_is_an_error_on_the_page(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def missing() -> None:
        raise WrongModel("/srv/model.onnx: expected a model file, got none")

    monkeypatch.setattr(recognizer, "Recognizer", missing)
    st.cache_resource.clear()
    page = opened()
    st.cache_resource.clear()
    assert [error.value for error in page.error] == [
        "The model cannot be used on this server at the moment. The server's log says why."
    ]
    assert "/srv/model.onnx: expected a model file" in caplog.text  # only the log has paths
    assert not page.exception


def test_unreadable_ink_is_an_error_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(drawing: object) -> None:
        raise UnreadableInput("stroke 0: expected finite coordinates")

    monkeypatch.setattr(draw, "strokes_from_canvas", unreadable)
    page = opened()
    assert [error.value for error in page.error] == [
        "This drawing cannot be read. Clear it and draw again."
    ]
    assert not page.exception


def test_samples_are_read_as_what_they_are() -> None:
    page = opened()
    for sample, start in ((NUMBER, "2026 "), (FIVE, "5 "), (LETTER, "? not a digit")):
        assert headline_text(page).startswith("Draw a digit")
        assert headline_text(press(page, sample)).startswith(start)
        assert "Try" not in visible_text(page), "samples are offered only on an empty sheet"
        page = press(page, "clear")


def test_undo_and_redo_go_over_samples_and_clear() -> None:
    page = press(press(press(opened(), NUMBER), "clear"), FIVE)
    for action, start in (
        ("undo", "Draw"), ("undo", "2026 "), ("undo", "Draw"),
        ("redo", "2026 "), ("redo", "Draw"), ("redo", "5 "),
    ):  # fmt: skip
        page = press(page, action)
        assert headline_text(page).startswith(start), action
    assert 'data-press="redo" aria-keyshortcuts="Control+Shift+Z' in tools(page)
    assert "disabled" in tools(page).partition('data-press="redo"')[2].partition(">")[0]


def test_a_correction_holds_for_what_looks_the_same() -> None:
    page = press(opened(), FIVE)
    page = press(page, "right-6")
    assert headline_text(page) == "6 you said 6"
    assert "Thank you. This is a 6, and so are others like it." in visible_text(page)
    assert headline_text(press(page, "take-back")).startswith("5 ")
    assert "Thank you" not in visible_text(page)
    page = press(page, "right-6")
    page = press(press(page, "clear"), FIVE)
    assert headline_text(page).startswith("6 ")
    assert "Thank you" not in visible_text(page), "the thanks are shown once"
    assert headline_text(opened()).startswith("Draw"), "another visitor is not affected"
    assert headline_text(press(opened(), FIVE)).startswith("5 ")


def test_a_letter_can_be_corrected_to_a_digit_and_back() -> None:
    page = press(press(opened(), LETTER), "right-4")
    assert headline_text(page) == "4 you said 4"
    assert "Is it another digit? Press the right digit." in " ".join(visible_text(page).split())
    page = press(page, "no-digit")
    assert "Is it a digit after all?" in visible_text(page), "none is shown as likely"
    assert headline_text(page) == "? you said it is not a digit"
    details = next(
        element.proto.body for element in page.get("html") if '"details"' in element.proto.body
    )
    bars = details.partition('<div class="bars">')[2]
    assert "disabled" not in bars, "no digit is highlighted"
    assert "--part:0.0%" in bars
    assert not re.search(r"--part:(?!0\.0)", bars)


def test_corrections_are_recorded_where_that_is_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(corrections.VARIABLE, str(tmp_path / "kept.db"))
    page = press(press(opened(), NUMBER), "tile-1")
    assert correction_buttons.STORED in visible_text(page)
    page = press(press(page, "right-6"), "no-digit")
    kept = corrections.from_environment()
    assert kept is not None
    first, second = kept
    assert (first["read"], first["right"]) == (0, 6)
    assert (second["read"], second["right"]) == (6, None), "of the same digit, still looked at"
    assert len(first["strokes"]) == 1, "of four digits, the strokes of the one that was wrong"
    press(page, "take-back")
    assert [correction["right"] for correction in kept] == [6], "what is taken back is not kept"


def test_a_failure_to_store_a_correction_is_shown_and_the_page_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(corrections.VARIABLE, str(tmp_path))  # a folder is not a database
    page = press(press(opened(), FIVE), "right-6")
    assert UNSTORED in visible_text(page)
    assert str(tmp_path) not in visible_text(page), "a path of the server is not for visitors"
    assert headline_text(page).startswith("6 ")
    assert not page.exception


def test_shows_accuracies_and_times() -> None:
    text = " ".join(visible_text(press(opened(), NUMBER)).split())
    assert " ".join(re.sub(r"<[^>]*>", " ", how_it_works.accuracies()).split()) in text
    assert "of 10,000 MNIST" in text
    assert re.search(r"This reading took \d+\.\d ms on this server", text)


def test_the_pen_is_kept_while_a_picture_is_read() -> None:
    page = press(opened(), "pen-2")
    assert 'data-press="pen-2" aria-label="Thick pen" checked' in tools(page)
    page.session_state["way"] = "Picture"
    page.run()
    assert not tools(page)
    page.session_state["way"] = "Draw"
    page.run()
    assert 'data-press="pen-2" aria-label="Thick pen" checked' in tools(page)
    assert (
        press(page, FIVE).session_state["objects"][0]["strokeWidth"]
        == 2 * canvas.WIDE.pen_widths[2]
    )


def tools(page: AppTest) -> str:
    """The HTML of the tools; empty if there are none."""
    bodies = [element.proto.body for element in page.get("html")]
    return next((html for html in bodies if '<div class="edit">' in html), "")


@pytest.mark.parametrize("name", ["pen-9", "sample-9", "right-12", "right-x", "tile-", "", "x"])
def test_unknown_button_names_are_ignored(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    pressed: list[Callable[[str], None]] = []
    show = html_panel.show

    def spied(html: str, key: str, on_press: Callable[[str], None]) -> None:
        pressed.append(on_press)
        show(html, key, on_press)

    monkeypatch.setattr(html_panel, "show", spied)
    page = press(opened(), NUMBER)
    before = page.session_state["objects"]
    for on_press in pressed[-2:]:  # of the tools and of the details
        on_press(name)
    assert headline_text(page.run()).startswith("2026 ")
    assert page.session_state["objects"] == before
