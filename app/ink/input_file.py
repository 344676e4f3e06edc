"""Files with strokes or a picture, as bytes."""

from pathlib import Path

from app.reading import UnreadableInput


def read_bytes(path: Path) -> bytes:
    """A whole file. Raises UnreadableInput, which names the path once."""
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"expected a readable file, got {error.strerror or error!r}"
        raise UnreadableInput(f"{path}: {message}") from error
