"""Reads the bytes of input files."""

from pathlib import Path

from app.reading import UnreadableInput


def read_bytes(path: Path) -> bytes:
    """The content of a file. Raises UnreadableInput, which names the path once."""
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"expected a readable file, got {error.strerror or error!r}"
        raise UnreadableInput(f"{path}: {message}") from error
