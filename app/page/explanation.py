"""Explains why a digit was read as it was: what the network saw, and which ink decided."""

import re

from app.inference.occlusion import occlusion
from app.page.glyph_images import heat_map, jpeg, on_paper, png, shown_glyph
from app.page.visit import with_article
from app.reading import NUM_DIGITS, Digit
from app.recognizer import Recognizer


def to_html(recognizer: Recognizer, digit: Digit) -> str:
    """Two figures of the digit's glyph: as it is, and coloured by the effect of its ink.

    A sign is read by the line reader, of which there is only the first.
    """
    as_seen = _figure(png(on_paper(shown_glyph(digit))), "what the network saw", "pixels")
    if digit.sign:
        return f'<div class="seen">{as_seen}</div>'
    label = NUM_DIGITS if digit.value is None else digit.value
    heat = occlusion(recognizer.logits, digit.glyph, label)
    name = "“not a digit”" if digit.value is None else with_article(digit.value)
    caption = f"<b>orange</b> supports {name}, <i>blue</i> contradicts it"
    return f'<div class="seen">{as_seen}{_figure(jpeg(heat_map(digit.glyph, heat)), caption)}</div>'


def _figure(url: str, caption: str, kind: str = "") -> str:
    plain_caption = re.sub("<[^>]*>", "", caption)
    return (
        f'<figure><img class="{kind}" src="{url}" width="112" height="112"'
        f' alt="{plain_caption}"><figcaption>{caption}</figcaption></figure>'
    )
