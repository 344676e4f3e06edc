"""What the page says about files that it refuses."""

import pytest

from app.ink.files.formats import NotAPicture, PictureTooLarge, UnsupportedFormat
from app.ink.files.picture_file import BROKEN
from app.page.file_refusals import refusal, too_much
from app.reading import UnreadableInput

JPEG = b"\xff\xd8\xff\xe0" + bytes(200)
WHOLE = "expected a whole picture, got a JPEG that ends within its header"


@pytest.mark.parametrize(
    "content, error, expected",
    [
        (b"", NotAPicture(""), "`a.png` is empty: expected a picture, got 0 bytes."),
        (b"notes of \xc3\xa4 day\n", NotAPicture(""), "or TIFF, got text."),
        (999 * b"x" + "ä".encode(), NotAPicture(""), "or TIFF, got text."),  # cut within the ä
        (bytes(2003), NotAPicture(""), "got another kind of file (2,003 bytes). Choose a"),
        (b"\xff\xfe\xfd", NotAPicture(""), "or TIFF, got another kind of file (3 bytes)."),
        (
            JPEG,
            PictureTooLarge("expected at most 50,000,000 pixels, got 10,000 x 10,000"),
            "too many pixels: expected at most 50,000,000 pixels, got 10,000 x 10,000. Make it",
        ),
        (JPEG, UnreadableInput(WHOLE), f"begins like a JPEG, but is damaged or in an unusual"
         f" format: {WHOLE}. Save it again"),
        (JPEG, UnreadableInput(BROKEN), "is damaged or in an unusual format. Save it again"),
        (b"\0" + JPEG, UnreadableInput(WHOLE), "`a.png` is damaged or in an unusual format:"),
        (JPEG, UnsupportedFormat("AVIF", "Save it as PNG."), "because it is AVIF. Save it as PNG."),
    ],
)  # fmt: skip
def test_a_refusal_says_what_was_expected_and_what_came(
    content: bytes, error: UnreadableInput, expected: str
) -> None:
    said = refusal("a.png", content, error)
    assert said.startswith("`a.png` ")
    assert expected in said


def test_too_much_says_how_much() -> None:
    said = too_much("a.png", UnreadableInput("expected at most 900 marks, got 1,200"))
    assert "on `a.png`: expected at most 900 marks, got 1,200. Crop it" in said


@pytest.mark.parametrize(
    "message",
    [
        "expected [a link](x)",
        "expected www.example.org",
        "expected `code`",
        "expected /a/path",
        "<b>",
        "",
        "expected " + 300 * "a",
    ],
)
def test_a_message_of_other_than_words_is_left_out(message: str) -> None:
    assert "unusual format. Save" in refusal("a.png", JPEG, UnreadableInput(message))
