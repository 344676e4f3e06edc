"""The Markdown table that compares the confidence of numbers with how many are right."""

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
