"""The figures of `make bench`, to which its parts can add their own when they run alone."""

import json
from typing import Any, Final

from app.recognizer import MODEL

FILE: Final = MODEL.parent / "bench.json"


def add(name: str, figures: dict[str, Any]) -> None:
    """Replaces the figures of one part in models/bench.json, and prints them."""
    print(json.dumps(figures))
    FILE.write_text(json.dumps(json.loads(FILE.read_text()) | {name: figures}, indent=2) + "\n")
    print(f"wrote {FILE}")
