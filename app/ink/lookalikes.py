"""Leaves out of a picture's ink what the segmenter takes for writing although it is none."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import InkMap
from app.ink.marked.underlines import without_underlines
from app.ink.paper.coils import without_coil
from app.ink.paper.creases import without_creases
from app.ink.paper.holes import without_holes
from app.ink.parts import without_cut_off
from app.ink.printed.bars import without_bars
from app.ink.printed.box_rows import without_box_rows
from app.ink.printed.rule_pieces import without_rule_pieces


def without_lookalikes(ink: InkMap, image: NDArray[np.uint8], has_known_rules: bool) -> InkMap:
    """A map without parts of lines, of neighbours and of stationery.

    image: uint8 (h, w, channels), the whole picture. has_known_rules: whether rules were found in a
    clean picture already; in one that was seen from aside, they may be too slanted.
    """
    whole = replace(ink, mask=without_underlines(without_cut_off(ink, image.shape)))
    whole = replace(whole, mask=without_creases(whole, image.shape))
    whole = replace(whole, mask=without_coil(whole, image.shape))
    whole = without_holes(without_bars(whole))
    if not has_known_rules:
        whole = without_box_rows(whole, image)
    return replace(whole, mask=without_rule_pieces(whole, image))
