"""The Markdown tables of how honest a number's confidence is, and of what each network is worth."""

from collections.abc import Mapping
from typing import Any, Final

from train.evaluate.text_table import to_markdown

NAMES: Final = {
    "digits": "texts of digits alone",
    "signs": "texts with signs",
    "photographs": "both, in rendered photographs",
}
COLUMNS: Final = {
    "right": "right before any `?`",
    "confidence": "mean confidence",
    "exact": "right, answered without `?`",
    "silently_wrong": "wrong, answered without `?`",
}


KINDS: Final = {"digits": "numbers without signs", "signs": "dates, times and telephone numbers"}
READERS: Final = {
    "classifier": "classifier alone",
    "reader": "line reader alone",
    "both": "both, as served",
}


def readers(reader: Mapping[str, Any]) -> str:
    """The table of what each network reads alone, from reader.json."""
    figures = reader.get("compared")
    if not figures:
        return "Not measured yet: `python -m export.reader_fit --compare` writes it."
    rows = [["read exactly, by validation writers, as ink", "n", *READERS.values()]]
    for key, name in KINDS.items():
        shares = [f"{figures[key][column]:.1f} %" for column in READERS]
        rows.append([name, f"{figures[key]['lines']:,}", *shares])
    return to_markdown(rows)


def confidence(reader: Mapping[str, Any]) -> str:
    """The table of the cross-validated figures in reader.json."""
    figures = reader.get("confidence")
    if not figures:
        return "Not measured yet: `python -m export.reader_fit` writes it."
    rows = [["read as", "lines", *COLUMNS.values()]]
    for key, name in NAMES.items():
        if key not in figures:
            continue
        shares = [f"{figures[key][column]:.1f} %" for column in COLUMNS]
        rows.append([name, f"{figures[key]['lines']:,}", *shares])
    return to_markdown(rows)
