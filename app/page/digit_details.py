"""Shows the details of a reading: tiles of its digits, and one digit's reasons and corrections."""

from app import corrections
from app.page import correction_buttons, digit_tiles, explanation, html_panel
from app.page.visit import Strokes, current_visit
from app.reading import NUM_DIGITS, Reading
from app.recognizer import Recognizer


def show(recognizer: Recognizer, reading: Reading, strokes: Strokes = ()) -> None:
    """Shows the details of a reading with digits. strokes: the drawing; empty for a picture."""
    if not reading.digits:
        return
    visit = current_visit()
    chosen = visit.chosen_in(reading)
    corrected = visit.reader().corrected_in(reading)
    digit = reading.digits[chosen]
    buttons = correction_buttons.to_html(
        digit, chosen in corrected, is_stored=corrections.from_environment() is not None
    )

    def press(name: str) -> None:
        action, _, number = name.partition("-")
        value = int(number) if number.isdecimal() else None
        if action == "tile" and value is not None:
            current_visit().choose(value)
        elif name == "take-back":
            current_visit().take_back()
        elif name == "no-digit" or (action == "right" and value in range(NUM_DIGITS)):
            current_visit().correct(recognizer, reading, chosen, value, strokes)

    tiles = digit_tiles.to_html(reading, chosen, corrected) if len(reading.digits) > 1 else ""
    html_panel.show(
        f'{tiles}<div class="chosen">{explanation.to_html(recognizer, digit)}{buttons}</div>'
        + correction_buttons.outcome(visit.thanks, visit.trouble, visit.can_take_back()),
        "details",
        press,
    )
