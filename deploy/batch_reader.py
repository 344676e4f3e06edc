"""What a worker of `deploy/batch.py` does: tables of pictures in, tables of readings out."""

from pathlib import Path
from typing import Any, Final

import cv2
import pyarrow as pa  # type: ignore[import-untyped]

from app.ink import picture_file
from app.reading import UnreadableInput
from app.recognizer import Prepared, Recognizer

FILE: Final = 64 << 20  # bytes of one picture's file, at most
DIGIT: Final = pa.struct(
    [
        ("value", pa.int8()),
        ("confidence", pa.float32()),
        ("probabilities", pa.list_(pa.float32(), 10)),  # of 0 to 9
        ("box", pa.list_(pa.float32(), 4)),  # x, y, width, height in pixels of the picture
        ("number_index", pa.int32()),
        ("line_index", pa.int32()),
    ]
)
# A Reading as `to_dict` gives it, or why there is none.
RESULT: Final = {
    "text": pa.string(),
    "numbers": pa.list_(pa.string()),
    "digits": pa.list_(DIGIT),
    "error": pa.string(),
}


class Reader:
    """What an actor holds and does. column: of the pictures' bytes; "" for files by their path."""

    def __init__(self, column: str, single: bool) -> None:
        cv2.setNumThreads(1)  # an actor has one core
        self._recognizer = Recognizer()
        self._column, self._single = column, single

    def __call__(self, batch: pa.Table) -> pa.Table:
        """The table with the readings' columns instead of that of the pictures."""
        rows = batch.num_rows
        known = [self._prepared(batch, row) for row in range(rows)]
        found = [one for one in known if not isinstance(one, UnreadableInput)]
        readings = iter(self._recognizer.read_prepared(found))
        results: list[dict[str, Any]] = []
        for one in known:
            if isinstance(one, UnreadableInput):
                results.append({**dict.fromkeys(RESULT), "error": str(one)})
            else:
                results.append({**next(readings).to_dict(), "error": None})
        if self._column:
            batch = without_pictures(batch, self._column)
        for name, kind in RESULT.items():
            batch = batch.append_column(name, pa.array([one[name] for one in results], kind))
        return batch

    def _prepared(self, batch: pa.Table, row: int) -> Prepared | UnreadableInput:
        """What a picture may say, or why it cannot be read."""
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
    """A picture's file from a scalar of bytes, or of a struct with them. Raises UnreadableInput."""
    buffer = cell["bytes"] if pa.types.is_struct(cell.type) and cell.is_valid else cell
    if not buffer.is_valid:
        raise UnreadableInput("expected a picture's bytes, came null")
    _check_size(len(buffer.as_buffer()))
    content: bytes = buffer.as_py()
    return content


def _check_size(size: int) -> None:
    if size > FILE:
        raise UnreadableInput(f"expected a file of at most {FILE:,} bytes, came {size:,}")


def without_pictures(table: pa.Table, column: str) -> pa.Table:
    """The table without its pictures; of a struct with a path, that is kept."""
    cells = table.column(column)
    table = table.drop_columns([column])
    kind = cells.type
    if pa.types.is_struct(kind) and kind.get_field_index("path") >= 0:
        paths = pa.chunked_array(
            [one.field("path") for one in cells.chunks], kind.field("path").type
        )
        if "path" not in table.column_names:
            table = table.add_column(0, "path", paths)
    return table
