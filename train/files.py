"""Writes files that are whole or not there at all, even if the machine loses power meanwhile."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def open_atomically(path: Path) -> Iterator[IO[bytes]]:
    """A binary file to write to, which becomes `path` when the block ends without an error.

    Until then, and after an error, `path` is as it was before. Missing folders are made. Any
    number of processes may write the same path; the last one wins. Raises OSError with the path.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("xb") as file:
                yield file
                file.flush()
                # The name must not reach the disk before the content: a machine may lose power.
                os.fsync(file.fileno())
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise OSError(f"{path} cannot be written: {error}") from error


def write_atomically(path: Path, content: bytes | str) -> None:
    """Writes a whole file, see `open_atomically`; text as UTF-8. Raises OSError with the path."""
    with open_atomically(path) as file:
        file.write(content.encode() if isinstance(content, str) else content)
