"""Puts printed words before or behind lines of digits, to teach the line reader what is no digit.

A small c or s of a font looks like a 0 or a 5. That it is a letter shows in the others beside it.
"""

from functools import cache
from pathlib import Path
from typing import Final

import cv2
import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from train.data.line_sets import PixelLine
from train.render.lines import UNKNOWN

Picture = NDArray[np.uint8]  # (h, w), ink 255 on 0

FONTS: Final = (
    *("DejaVuSans", "DejaVuSans-Bold", "DejaVuSerif", "DejaVuSansMono", "STIXGeneral"),
    *("STIXGeneralBol", "cmr10", "cmss10", "cmtt10"),
)
SIGNS: Final = ".:%="  # of these words, which the line reader knows
WORDS: Final = (
    *("kg", "mg", "cm", "mm", "km", "m", "ml", "kWh", "min", "h", "sec", "pcs", "Stk", "Ltr"),
    *("EUR", "USD", "CHF", "Fr.", "kr", "%", "pt", "px", "Hz", "kJ", "kcal", "Uhr", "am", "pm"),
    *("Total", "Total:", "Sum", "Sum:", "Summe", "Amount", "Price", "Qty", "No.", "Nr.", "Name:"),
    *("Date", "Date:", "Datum:", "Page", "Seite", "Score:", "Points", "Age:", "Phone", "Tel."),
    *("Room", "Class", "Marks", "Grade", "Year", "Code", "PIN", "PLZ", "Fig.", "x =", "y =", "n ="),
)
LISTED: Final = 0.6  # share of the words that are in this list; others are letters at random
NUM_LETTERS: Final = (2, 9)  # of these; the upper bound is exclusive
CAPITAL: Final = (0.35, 0.15)  # shares of them that begin with a capital, and that are all capitals
ALONE: Final = 0.1  # share of the words without a number
BEFORE: Final = 0.5  # share of the others that stand before their number
# In heights of the number.
SIZE: Final = (0.3, 1.0)  # of a capital letter
GAP: Final = (0.2, 1.2)  # between the word and the number
RISE: Final = (-0.08, 0.15)  # of the word above the number's lowest ink
_EM: Final = 1.4  # heights of a capital letter: about a font's size
_CLEAR: Final = frozenset("aefhkmnrtuvwxyAEFHKMNPRTUVWXY")  # letters that look like no digit
_LETTERS: Final = "aaabcddeeeeefghhiiiklllmmnnnnoooprrrsssttttuuuvwxyz"


def beside(line: PixelLine, random: np.random.Generator) -> PixelLine:
    """A line with a printed word before or behind it, or such a word alone.

    Letters are labelled as unknown, and signs as themselves.
    """
    word = _word(random)
    label = "".join(symbol if symbol in SIGNS else UNKNOWN for symbol in word if symbol != " ")
    x, y, width, height = cv2.boundingRect((line.pixels > 127).astype(np.uint8))
    number = line.pixels[y : y + height, x : x + width]
    printed, foot = _printed(word, max(height * random.uniform(*SIZE), 8), random)
    if random.random() < ALONE:
        return PixelLine(printed, label)
    gap = round(height * random.uniform(*GAP))
    rise = round(height * random.uniform(*RISE))
    top = height - rise - foot  # of the word, in rows of the number
    rows = max(height, top + len(printed)) - min(top, 0)
    ink = np.zeros((rows, width + gap + printed.shape[1]), np.uint8)
    is_before = random.random() < BEFORE
    at_word, at_number = (0, printed.shape[1] + gap) if is_before else (width + gap, 0)
    _paste(ink, number, at_number, max(-top, 0))
    _paste(ink, printed, at_word, max(top, 0))
    return PixelLine(ink, label + line.text if is_before else line.text + label)


def _word(random: np.random.Generator) -> str:
    """A word of which at least one letter looks like no digit."""
    if random.random() < LISTED:
        return str(WORDS[random.integers(len(WORDS))])
    word = ""
    while _CLEAR.isdisjoint(word):
        letters = random.choice(list(_LETTERS), random.integers(*NUM_LETTERS))
        word = "".join(letters)
        chance = random.random()
        if chance < CAPITAL[0]:
            word = word.capitalize()
        elif chance > 1 - CAPITAL[1]:
            word = word.upper()
    return word


def _printed(word: str, height: float, random: np.random.Generator) -> tuple[Picture, int]:
    """A word's ink, and the row of its baseline. height: pixels of a capital letter."""
    font = _font(str(FONTS[random.integers(len(FONTS))]), max(round(_EM * height), 8))
    left, top, right, bottom = (round(edge) for edge in font.getbbox(word, anchor="ls"))
    image = Image.new("L", (right - left + 2, bottom - top + 2), 0)
    ImageDraw.Draw(image).text((1 - left, 1 - top), word, fill=255, font=font, anchor="ls")
    return np.asarray(image, np.uint8), 1 - top


@cache
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """One of matplotlib's fonts. size: pixels per em."""
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf"
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)  # no ligatures


def _paste(ink: Picture, part: Picture, left: int, top: int) -> None:
    target = ink[top : top + part.shape[0], left : left + part.shape[1]]
    np.maximum(target, part[: target.shape[0]], out=target)
