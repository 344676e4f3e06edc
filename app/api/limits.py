"""The limits of the HTTP service, each with an environment variable.

The variable's name is DIGITS_ and the field's name in capitals: DIGITS_RATE sets `rate`. The
defaults suit two cores and 1 GB of memory: the process takes 100 MB, a photograph of 48 million
pixels takes another 340 MB while it is read, and two at once take 560 MB.
"""

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any, Final

from app.ink.files.picture_file import MAX_PICTURE_PIXELS

PREFIX: Final = "DIGITS_"
MAX_DIGITS: Final = 12  # decimal digits of a limit's value
MAX_VALUE: Final = 10**MAX_DIGITS - 1


def _limit(default: int, meaning: str, minimum: int = 1, maximum: int = MAX_VALUE) -> int:
    bounds = {"minimum": minimum, "maximum": maximum}
    limit: int = field(default=default, metadata={"meaning": meaning, **bounds})
    return limit


@dataclass(frozen=True)
class Limits:
    """The limits of one server."""

    body_bytes: int = _limit(20_000_000, "bytes of a picture; a phone's JPEG has 2 to 16 million")
    ink_bytes: int = _limit(1 << 20, "bytes of strokes; as Python objects they take 20 times that")
    pixels: int = _limit(
        MAX_PICTURE_PIXELS,
        "pixels of a picture; half if it may be transparent or 16-bit",
        1,
        MAX_PICTURE_PIXELS,
    )
    strokes: int = _limit(500, "strokes in one drawing")
    points: int = _limit(20_000, "points in one drawing; as many are read in 0.1 s")
    rate: int = _limit(120, "reads a minute for each client in the long run; 0 for no limit", 0)
    burst: int = _limit(30, "reads that a client may ask for at once before the rate holds")
    count_loopback: int = _limit(0, "1 to count this machine's own requests too", 0, 1)
    # For each of them a thread and an object for a decoder are made.
    reads: int = _limit(
        2, "pictures that are read at the same time; as many as there are cores", 1, 1_024
    )
    waiting: int = _limit(14, "requests that upload or wait beside those; a client may have half")
    body_seconds: int = _limit(20, "seconds for a client to send its body")
    live: int = _limit(1, "1 to read also while the pen moves on the page", 0, 1)
    proxies: int = _limit(
        0, "proxies in front that add to X-Forwarded-For; 0 ignores the header", 0
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Limits":
        """The defaults, overridden by what the environment sets.

        Raises ValueError where a value is not a whole number, or is out of its range.
        """
        values = {}
        for limit in fields(cls):
            name = PREFIX + limit.name.upper()
            text = environment.get(name, str(limit.default))
            values[limit.name] = whole_number(name, text, *_bounds(limit))
        return cls(**values)

    @property
    def in_flight(self) -> int:
        """The maximum number of requests in flight."""
        return self.reads + self.waiting


def range_of(limit: "Field[Any]") -> str:
    """The values that a limit may have, in words."""
    return in_words(*_bounds(limit))


def in_words(minimum: int, maximum: int = MAX_VALUE) -> str:
    """A range of whole numbers, in words."""
    return f"from {minimum} on" if maximum == MAX_VALUE else f"from {minimum} to {maximum}"


def whole_number(name: str, text: str, minimum: int, maximum: int = MAX_VALUE) -> int:
    """The value of the variable `name`. Raises ValueError where it is not in its range."""
    is_number = text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS
    if not (is_number and minimum <= int(text) <= maximum):
        expected = f"expected a whole number {in_words(minimum, maximum)}"
        raise ValueError(f"{name}: {expected}, got {text!r}")
    return int(text)


def _bounds(limit: "Field[Any]") -> tuple[int, int]:
    return limit.metadata["minimum"], limit.metadata["maximum"]
