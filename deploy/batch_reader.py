"""The worker of `deploy/batch.py`, which turns tables of pictures into tables of readings."""

from pathlib import Path
from typing import Any, Final

import cv2
import pyarrow as pa

from app.ink.files import picture_file
from app.reading import UnreadableInput
from app.recognizer import Prepared, Recognizer

MAX_FILE_BYTES: Final = 64 << 20  # of one picture
DIGIT: Final = pa.struct(
    [
        ("value", pa.int8()),
        ("confidence", pa.float32()),
        ("probabilities", pa.list_(pa.float32(), 10)),  # of 0 to 9
        ("box", pa.list_(pa.float32(), 4)),  # x, y, width, height in pixels of the picture
        ("number_index", pa.int32()),
        ("line_index", pa.int32()),
        ("is_doubtful", pa.bool_()),
        ("sign", pa.string()),  # null for a digit
        ("number_confidence", pa.float32()),
    ]
)
# The columns of `Reading.to_dict`, and the reason if there is no reading.
RESULT: Final = {
    "text": pa.string(),
    "confidence": pa.float32(),
    "numbers": pa.list_(pa.string()),
    "digits": pa.list_(DIGIT),
    "turned": pa.int16(),
    "error": pa.string(),
}


class Reader:
    """Reads batches of pictures with one Recognizer, as an actor.

    column: the one with the pictures' bytes, or "" to read files by their `path`. single: see
    Recognizer.prepare_image.
    """

    def __init__(self, column: str, single: bool) -> None:
        cv2.setNumThreads(1)  # an actor has one core
        self._recognizer = Recognizer()
        self._column, self._single = column, single

    def __call__(self, batch: pa.Table) -> pa.Table:
        """The table with the columns of the readings instead of the pictures."""
        rows = batch.num_rows
        outcomes = [self._prepared(batch, row) for row in range(rows)]
        prepared = [item for item in outcomes if not isinstance(item, UnreadableInput)]
        readings = iter(self._recognizer.read_prepared(prepared))
        results: list[dict[str, Any]] = []
        for outcome in outcomes:
            if isinstance(outcome, UnreadableInput):
                results.append({**dict.fromkeys(RESULT), "error": str(outcome)})
            else:
                results.append({**next(readings).to_dict(), "error": None})
        if self._column:
            batch = without_pictures(batch, self._column)
        for name, kind in RESULT.items():
            batch = batch.append_column(name, pa.array([row[name] for row in results], kind))
        return batch

    def _prepared(self, batch: pa.Table, row: int) -> Prepared | UnreadableInput:
        """A row's picture, ready to be classified, or the reason why it cannot be read."""
        try:
            if self._column:
                content = _bytes_of(batch.column(self._column)[row])
                return self._recognizer.prepare_image(picture_file.decode(content), self._single)
            path = Path(batch.column("path")[row].as_py())
            _check_size(path.stat().st_size if path.is_file() else 0)
            return self._recognizer.prepare_image(picture_file.load(path), self._single)
        except UnreadableInput as error:
            return error


def _bytes_of(cell: Any) -> bytes:
    """The picture file in a scalar of bytes or a struct with `bytes`. Raises UnreadableInput."""
    buffer = cell["bytes"] if pa.types.is_struct(cell.type) and cell.is_valid else cell
    if not buffer.is_valid:
        raise UnreadableInput("expected a picture's bytes, got null")
    _check_size(len(buffer.as_buffer()))
    content: bytes = buffer.as_py()
    return content


def _check_size(size: int) -> None:
    if size > MAX_FILE_BYTES:
        raise UnreadableInput(f"expected a file of at most {MAX_FILE_BYTES:,} bytes, got {size:,}")


def without_pictures(table: pa.Table, column: str) -> pa.Table:
    """The table without its pictures; the `path` in a struct is kept as a column."""
    cells = table.column(column)
    table = table.drop_columns([column])
    kind = cells.type
    if pa.types.is_struct(kind) and kind.get_field_index("path") >= 0:
        paths = pa.chunked_array(
            [chunk.field("path") for chunk in cells.chunks], kind.field("path").type
        )
        if "path" not in table.column_names:
            table = table.add_column(0, "path", paths)
    return table
