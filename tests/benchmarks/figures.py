"""Writes files of figures: whole ones, and parts of one that has more."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from app.recognizer import MODEL
from train.files import write_atomically

FILE: Final = MODEL.parent / "bench.json"


def write(path: Path, figures: Mapping[str, Any]) -> None:
    """Writes figures as JSON in place of a whole file, and prints its path. Raises OSError."""
    write_atomically(path, json.dumps(figures, indent=2) + "\n")
    print(f"wrote {path}")


def write_part(path: Path, name: str, figures: Mapping[str, Any]) -> None:
    """Writes the figures of one part, and keeps the other parts of the file if it exists."""
    stored = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    write(path, stored | {name: figures})


def add(name: str, figures: dict[str, Any]) -> None:
    """Replaces the figures of one part of `make bench` in models/bench.json, and prints them."""
    print(json.dumps(figures))
    write_part(FILE, name, figures)
