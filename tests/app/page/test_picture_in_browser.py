"""Pictures on the page: dropped, pasted or refused, and the boxes on them."""

import base64
import re
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from app.page import annotated_picture
from app.page.clipboard import REFUSALS
from app.reading import Digit
from app.recognizer import Recognizer
from tests.support.browser import (
    FLAGS,
    Visit,
    box_of,
    button,
    chromium_or,
    expect_read,
    open_page,
    reading,
    upload,
    way,
)
from tests.support.pictures import sheet_png

PASTE = """content => {
    const bytes = Uint8Array.from(atob(content), char => char.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], "pasted.png", { type: "image/png" }));
    document.body.dispatchEvent(
        new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
}"""

# Acts as if a file was dragged from a folder and dropped on an element.
DROP = """(target, content) => {
    const bytes = Uint8Array.from(atob(content), char => char.charCodeAt(0));
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([bytes], "dropped.png", { type: "image/png" }));
    for (const name of ["dragenter", "dragover", "drop"])
        target.dispatchEvent(new DragEvent(
            name, { dataTransfer, bubbles: true, cancelable: true }));
}"""

# Acts as if a file of this size was chosen; the browser makes it, which is quick.
CHOOSE = """(input, bytes) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(bytes)], "large.png", { type: "image/png" }));
    input.files = data.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
}"""


def blank() -> bytes:
    """A white PNG."""
    return cv2.imencode(".png", np.full((200, 300), 255, np.uint8))[1].tobytes()


def bomb() -> bytes:
    """A BMP whose header declares 10,000 x 10,000 pixels: too many, and they are missing."""
    header = bytearray(cv2.imencode(".bmp", np.zeros((1, 1), np.uint8))[1].tobytes())
    header[18:26] = (10_000).to_bytes(4, "little") * 2
    return bytes(header)


def test_lines_of_a_picture_are_read_in_order(visit: Visit) -> None:
    page = visit()
    upload(page, "sheet.png", sheet_png(["2026", "81  35", "974"]))
    expect_read(page, "2026 81 35 974 ")
    picture = page.locator(".st-key-picture img")
    expect(picture).to_have_attribute("alt", re.compile("2026\n81 35\n974"))
    expect(page.locator("[class*=st-key-tile-] button")).to_have_count(11)
    boxes = page.locator(".st-key-picture figure button")
    expect(boxes).to_have_count(11)
    boxes.nth(4).hover()
    expect(boxes.nth(4).locator(".description")).to_be_visible()
    expect(boxes.nth(4)).to_have_attribute("aria-label", re.compile("^8, .* sure"))
    boxes.nth(4).click()
    expect(boxes.nth(4)).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".seen")).to_contain_text("supports an 8")
    button(page, "tile-0").click()
    expect(boxes.nth(0)).to_have_attribute("aria-pressed", "true")
    button(page, "tile-4").click()
    expect(page.locator(".seen")).to_contain_text("supports an 8")
    button(page, "right-3").click()
    expect_read(page, "2026 31 35 974 ")  # the same ink is read again


def test_a_picture_is_pasted(visit: Visit) -> None:
    page = visit()
    way(page, "Picture")
    expect_read(page, "The reading appears here")
    page.locator(".st-key-file input[type=file]").wait_for(state="attached")
    page.wait_for_timeout(500)  # until the page listens for files
    page.evaluate(PASTE, base64.b64encode(sheet_png(["47"])).decode())
    expect_read(page, "47 ")


def test_a_picture_is_dropped(visit: Visit) -> None:
    page = visit()
    way(page, "Picture")
    zone = page.locator(".st-key-file [data-testid=stFileUploaderDropzone]")
    zone.evaluate(DROP, base64.b64encode(sheet_png(["63"])).decode())
    expect_read(page, "63 ")


@pytest.mark.parametrize(
    "name, content, said",
    [
        ("notes.png", b"not an image", "not a picture in a format that can be read"),
        ("notes.txt", b"no image by its name either", "not a picture in a format that can be read"),
        ("huge.bmp", bomb(), "got 10,000 x 10,000. Make it smaller"),
        ("blank.png", blank(), "Nothing here looks like handwriting"),
    ],
    ids=["no image", "text", "too large", "blank"],
)
def test_says_what_is_wrong_with_a_picture(
    visit: Visit, name: str, content: bytes, said: str
) -> None:
    page = visit()
    upload(page, "sheet.png", sheet_png(["8"]))
    expect_read(page, "8 ")
    upload(page, name, content)
    expect(page.locator(".stAlert")).to_contain_text(said)
    expect(reading(page)).not_to_contain_text("8")
    expect(page.locator(".stException")).to_have_count(0)
    upload(page, "sheet.png", sheet_png(["6"]))  # the page still works
    expect_read(page, "6 ")


def test_says_how_large_a_file_may_be(visit: Visit) -> None:
    page = visit(width=320, height=640, touch=True)
    way(page, "Picture")
    page.locator(".st-key-file input[type=file]").evaluate(CHOOSE, 21 << 20)
    said = page.locator(".st-key-file [role=alert]")
    expect(said).to_contain_text("20.0MB or smaller")
    box = said.bounding_box()
    assert box is not None
    assert box["width"] > 100, "for all to see"
    page.locator(".st-key-file button").first.dispatch_event("click")
    expect(page.locator(".st-key-file input")).to_have_attribute("accept", re.compile("image/jpeg"))


def test_a_refused_file_goes_when_another_is_chosen_or_it_is_removed(visit: Visit) -> None:
    page = visit()
    way(page, "Picture")
    chips = page.locator(".st-key-file [data-testid=stFileChip]")
    said = page.locator(".st-key-file [role=alert]")
    choose = page.locator(".st-key-file input[type=file]")
    choose.evaluate(CHOOSE, 21 << 20)
    expect(said).to_contain_text("20.0MB or smaller")
    upload(page, "sheet.png", sheet_png(["6"]))
    expect_read(page, "6 ")
    expect(said).to_have_count(0)
    expect(chips).to_have_count(1)
    upload(page, "notes.png", b"some text")
    expect(page.locator(".stAlert")).to_contain_text("got text")
    chips.locator("button").click()
    expect_read(page, "The reading appears here")
    expect(page.locator(".stAlert")).to_have_count(0)
    choose.evaluate(CHOOSE, 21 << 20)
    expect(said).to_have_count(1)
    chips.locator("button").click()
    expect(said).to_have_count(0)


@pytest.mark.parametrize("status", [413, 429, 503, 500, 0], ids=str)
def test_says_why_a_file_did_not_arrive(visit: Visit, status: int) -> None:
    page = visit()
    # Without a status, the connection fails.
    answer = "**/_stcore/upload_file/**"
    page.route(answer, lambda route: route.fulfill(status=status) if status else route.abort())
    upload(page, "sheet.png", sheet_png(["6"]))
    said = page.locator(".st-key-file [role=alert]")
    expect(said).to_have_text(f"Error: {REFUSALS.get(str(status), REFUSALS['other'])}")
    page.unroute(answer)
    upload(page, "sheet.png", sheet_png(["6"]))
    expect_read(page, "6 ")
    expect(said).to_have_count(0)


def test_a_phone_shows_a_picture_without_scrolling_sideways(visit: Visit) -> None:
    page = visit(width=320, height=640, touch=True)
    upload(page, "sheet.png", sheet_png(["1234567"]))
    expect_read(page, "1234567 ")
    assert page.evaluate("document.querySelector('.stMain').scrollWidth") <= 320
    box = page.locator(".st-key-picture img").bounding_box()
    assert box is not None
    assert 0 <= box["x"] < box["x"] + box["width"] <= 320


def test_a_desktop_shows_a_picture_beside_its_reading(visit: Visit) -> None:
    page = visit(width=1600, height=900)
    upload(page, "sheet.png", sheet_png(["1234", "567", "89"]))
    expect_read(page, "1234 567 89 ")
    picture, answer = box_of(page, ".st-key-picture img"), box_of(page, ".st-key-answer .shown")
    assert picture[0] >= 0
    assert picture[2] < answer[0]
    assert answer[2] <= 1600
    assert picture[1] < answer[1] < answer[3] < 900, "both are in view at once"
    details = box_of(page, ".st-key-details .panel")
    assert details[0] == pytest.approx(answer[0], abs=1)


def test_tiles_of_a_number_stay_together_where_they_fit(visit: Visit) -> None:
    page = visit(width=390, height=844, touch=True)
    upload(page, "sheet.png", sheet_png(["123  4567  89", "123456789"]))
    expect_read(page, "123 4567 89 123456789 ")
    tops = [box_of(page, f".st-key-tile-{index} button")[1] for index in range(18)]
    assert len(set(tops[:3])) == len(set(tops[3:7])) == len(set(tops[7:9])) == 1
    assert tops[2] < tops[3], "the second number would not fit beside the first"
    assert len(set(tops[9:])) == 2, "a long number fills rows"
    sides = [box_of(page, f".st-key-tile-{index} button") for index in range(18)]
    assert all(left >= 0 and right <= 390 for left, _, right, _ in sides)


def test_a_phone_shows_the_reading_before_the_picture(visit: Visit) -> None:
    page = visit(width=390, height=844, touch=True)
    upload(page, "sheet.png", sheet_png(["1234", "567", "89"]))
    expect_read(page, "1234 567 89 ")
    picture, answer = box_of(page, ".st-key-picture img"), box_of(page, ".st-key-answer .shown")
    assert answer[3] < picture[1] < 844
    buttons = page.locator(".st-key-file [data-testid=stFileChips] button")
    boxes = [each.bounding_box() for each in buttons.all()]
    assert len(boxes) == 2, "one removes the file, one adds another"
    assert all(box and min(box["width"], box["height"]) >= 44 for box in boxes)
    assert len({box["y"] for box in boxes if box}) == 1, "in one row"
    assert box_of(page, ".st-key-details .panel")[1] > picture[3]


def test_the_digit_nearest_to_a_finger_is_pressed(visit: Visit) -> None:
    page = visit(width=390, height=844, touch=True)
    upload(page, "sheet.png", sheet_png(["11       1"], 240))
    expect_read(page, "11 1 ")
    boxes = page.locator(".st-key-picture figure button")
    page.locator(".st-key-picture img").scroll_into_view_if_needed()
    sides = [each.bounding_box() for each in boxes.all()]
    assert all(sides)
    edges = [(each["x"], each["x"] + each["width"]) for each in sides if each]
    middle = sides[0]["y"] + sides[0]["height"] / 2 if sides[0] else 0
    assert all(right - left < 14 for left, right in edges), "narrower than a fingertip"
    between = (edges[0][1] + edges[1][0]) / 2
    for x, pressed in [
        (edges[2][0] - 12, 2),
        (between - 2, 0),
        (between + 2, 1),
        (edges[2][1] + 12, 2),
    ]:
        page.touchscreen.tap(x, middle)
        for index in range(3):
            is_pressed = str(index == pressed).lower()
            expect(boxes.nth(index)).to_have_attribute("aria-pressed", is_pressed)
    boxes.nth(0).press("Enter")
    expect(boxes.nth(0)).to_have_attribute("aria-pressed", "true")
    page.touchscreen.tap(edges[2][1] + 40, middle)  # far from all of them
    page.wait_for_timeout(500)
    expect(boxes.nth(0)).to_have_attribute("aria-pressed", "true")


def test_a_tiny_picture_is_enlarged(visit: Visit) -> None:
    page = visit()
    upload(page, "tiny.png", sheet_png(["7"], 24))
    expect_read(page, "7 ")
    left, top, right, bottom = box_of(page, ".st-key-picture img")
    assert max(right - left, bottom - top) == pytest.approx(annotated_picture.MIN_SHOWN, abs=1)


def test_many_numbers_leave_room_for_the_picture(visit: Visit) -> None:
    page = visit(width=390, height=844, touch=True)
    numbers = [str(12 * index + 100) for index in range(20)]
    upload(page, "sheet.png", sheet_png(numbers, 60))
    expect_read(page, " ".join(numbers[:9]))
    lines = [box_of(page, f".st-key-reading .line >> nth={index}") for index in range(20)]
    assert all(left >= 0 and right <= 390 for left, _, right, _ in lines)
    assert lines[0][0] == lines[1][0], "one below the other"
    assert [line[1] for line in lines].count(lines[0][1]) > 1, "and then beside each other"
    assert box_of(page, ".st-key-picture img")[1] < 0.6 * 844


def test_a_picture_of_the_camera_is_read(browser: Browser, address: str, tmp_path: Path) -> None:
    film = tmp_path / "held-still.mjpeg"
    film.write_bytes(20 * held_up("58"))
    flags = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    other = browser.browser_type.launch(
        executable_path=chromium_or(browser.browser_type.executable_path),
        args=[*FLAGS, *flags, f"--use-file-for-fake-video-capture={film}"],
    )
    with closing(other):  # even after a failure, as it would go on to film
        page = open_page(other, address)
        way(page, "Camera")
        expect_read(page, "The reading appears here")
        page.wait_for_function("document.querySelector('video')?.currentTime > 0.5")
        page.get_by_role("button", name="Take Photo").click()
        expect_read(page, "58 ")
        expect(page.locator(".st-key-picture figure button")).to_have_count(2)
        page.get_by_role("button", name="Clear photo").click()
        expect_read(page, "The reading appears here")


def held_up(number: str) -> bytes:
    """A frame of a film, a JPEG of 640 x 480 pixels: a sheet of paper with a number on it."""
    sheet = cv2.imdecode(np.frombuffer(sheet_png([number], 240), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert sheet is not None
    frame = np.full((480, 640), 246, np.uint8)
    frame[60 : 60 + sheet.shape[0], 60 : 60 + sheet.shape[1]] = sheet
    return cv2.imencode(".jpg", cv2.merge([frame] * 3))[1].tobytes()


# Without a browser


def test_boxes_lie_around_the_digits(recognizer: Recognizer) -> None:
    pixels = cv2.imdecode(np.frombuffer(sheet_png(["26"], 400), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert pixels is not None
    image = np.repeat(np.repeat(pixels, 2, axis=0), 2, axis=1).astype(np.uint8)
    read = recognizer.read_image(image)
    boxes = annotated_picture.boxes((image.shape[1], image.shape[0]), read, chosen=1)
    assert [box["text"] for box in boxes] == ["2", "6"]
    assert [box["chosen"] for box in boxes] == [False, True]
    for digit, box in zip(read.digits, boxes, strict=True):
        x, y, width, height = digit.box
        at = box["area"]
        assert 0 <= at["left"] * image.shape[1] / 100 < x
        assert 0 <= at["top"] * image.shape[0] / 100 < y
        assert x + width < (at["left"] + at["width"]) * image.shape[1] / 100 <= image.shape[1]
        assert y + height < (at["top"] + at["height"]) * image.shape[0] / 100 <= image.shape[0]


def test_a_description_names_what_else_a_digit_may_be() -> None:
    probabilities = np.array([0, 0.9, 0.004, 0, 0.016, 0, 0, 0.08, 0, 0], np.float32)
    glyph = np.zeros((28, 28), np.uint8)
    digit = Digit(1, 0.9, probabilities, (0, 0, 9, 9), glyph)
    assert annotated_picture.description(digit) == "1, 90 % sure; or 7, 8 %; or 4, 2 %"
    refused = Digit(None, 0.7, probabilities, (0, 0, 9, 9), glyph)
    assert annotated_picture.description(refused) == "?, not a digit; or 1, 90 %; or 7, 8 %"


def test_a_large_picture_is_shown_smaller() -> None:
    image = np.full((900, 2400), 255, np.uint8)
    assert annotated_picture.reduced(image).shape == (450, 1200, 3)
    assert annotated_picture.to_url(image).startswith("data:image/jpeg;base64,/9j/")


def test_transparent_pixels_are_shown_as_paper() -> None:
    clear = np.zeros((20, 30, 4), np.uint8)
    small = annotated_picture.reduced(clear)
    assert small.shape == (20, 30, 3)
    assert (small == 255).all()
