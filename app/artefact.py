"""Whether a model's file is the one that its figures were measured on."""

import hashlib
import json
from pathlib import Path
from typing import Final

_ADVICE: Final = "copy both of one export again"


def mismatch(path: Path) -> str:
    """What is wrong with a model beside whose file a .json says another hash; "" for nothing.

    A file that was cut short on its way, or came from another export, is found by that before
    anything is read with it. A model of one's own needs no .json.
    """
    described = path.with_suffix(".json")
    if not described.is_file():
        return ""
    try:
        expected = json.loads(described.read_bytes())["sha256"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"{described}: expected the sha256 of {path.name}, came {error!r}; {_ADVICE}"
    came = hashlib.sha256(path.read_bytes()).hexdigest()
    if came == expected:
        return ""
    return f"{path}: expected sha256 {expected}, as {described.name} says, came {came}; {_ADVICE}"
