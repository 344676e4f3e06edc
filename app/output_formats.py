"""Prints the command's readings as lines for people, as JSON lines, or as CSV."""

import csv
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.reading import Reading

COLUMNS: Final = (
    *("path", "page", "text", "confidence", "is_doubtful", "check", "turned"),
    *("notes", "error"),
)
NOTHING: Final = "no handwriting found"
MAX_SHOWN: Final = 0.999  # of confidences, as no estimate deserves "100.0%"


@dataclass(frozen=True)
class Source:
    """The origin of a reading. page: or drawing, in the file, from 1 on. pages: how many it has.

    note: a sentence that says which picture of the file was read; empty where that is plain.
    """

    path: Path
    page: int = 1
    pages: int = 1
    note: str = ""

    def __str__(self) -> str:
        """The path, and the page if there are several, as in the URL of a PDF."""
        has_pages = self.pages > 1 and not self.note
        return f"{self.path}#page={self.page}" if has_pages else str(self.path)


# Prints a reading, or the reason why there is none.
Printer = Callable[[Source, Reading | str], None]


def print_line(source: Source, reading: Reading | str) -> None:
    """The reading, its confidence in percent, and the path, separated by tabs.

    The confidence is empty where nothing was read, not even a sign. After another tab, a reading
    in doubt has `check: ` and its numbers that are unsure or hold a "?". Prints nothing for a
    reason.
    """
    if isinstance(reading, str):
        return
    if not reading.digits:
        print(f"{NOTHING}\t\t{source}")
        return
    text = reading.text.replace("\n", " / ")  # between lines of text
    confidence = f"{min(reading.confidence, MAX_SHOWN):.1%}" if reading.is_answered else ""
    numbers = unsure_numbers(reading)
    check = f"\tcheck: {', '.join(numbers)}" if numbers else ""
    print(f"{text}\t{confidence}\t{source}{check}")


def unsure_numbers(reading: Reading) -> list[str]:
    """The numbers that should be checked: those with a doubtful digit or with a "?"."""
    return [
        number.text
        for number in reading.numbers
        if "?" in number.text or any(digit.is_doubtful for digit in number.digits)
    ]


def print_json(source: Source, reading: Reading | str) -> None:
    """A JSON object with all details, or with the reason as `error`."""
    details = (
        {"error": reading}
        if isinstance(reading, str)
        else {**reading.to_dict(), "notes": notes(source, reading)}
    )
    print(
        json.dumps({"path": str(source.path), "page": source.page, "pages": source.pages} | details)
    )


def notes(source: Source, reading: Reading) -> list[str]:
    """Sentences for people about which picture of a file was read, and how."""
    return [*reading.notes, *([source.note] if source.note else [])]


def csv_printer() -> Printer:
    """Prints the COLUMNS, and then a row for each reading or reason; what there is not, is empty.

    is_doubtful: whether there is something to check. check: see `unsure_numbers`; commas are
    between them. notes: spaces are between them.
    """
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)

    def print_row(source: Source, reading: Reading | str) -> None:
        row: dict[str, object] = {"path": source.path, "page": source.page}
        if isinstance(reading, str):
            row["error"] = reading
        else:
            row |= {"text": reading.text, "turned": reading.turned}
            row["notes"] = " ".join(notes(source, reading))
            if reading.is_answered:
                row["confidence"] = f"{reading.confidence:.4f}"
            if reading.digits:
                check = unsure_numbers(reading)
                row |= {"is_doubtful": str(bool(check)).lower(), "check": ", ".join(check)}
        writer.writerow([row.get(column, "") for column in COLUMNS])

    return print_row


def printer(name: str) -> Printer:
    """The function that prints in the format of this name, see FORMATS."""
    return FORMATS[name]()


FORMATS: Final[dict[str, Callable[[], Printer]]] = {
    "lines": lambda: print_line,
    "jsonl": lambda: print_json,
    "csv": csv_printer,
}
