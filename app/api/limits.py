"""What one client may ask of the HTTP service, and the counting that holds it to that.

Every limit has an environment variable of the same name in capitals after DIGITS_, so `rate` is
DIGITS_RATE. The defaults suit two cores and 1 GB: beside 120 MB for the process, a photograph
of 16 million pixels takes 200 MB while it is read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Final

PREFIX: Final = "DIGITS_"


def _limit(default: int, meaning: str, least: int = 1) -> int:
    made: int = field(default=default, metadata={"meaning": meaning, "least": least})
    return made


@dataclass(frozen=True)
class Limits:
    """The limits of one server."""

    body_bytes: int = _limit(8 << 20, "bytes of a picture, a phone's JPEG has 2 to 8 million")
    ink_bytes: int = _limit(1 << 20, "bytes of strokes; as Python objects they take 50 times that")
    pixels: int = _limit(16_000_000, "of a picture; a quarter where transparent or of 16 bits")
    strokes: int = _limit(500, "in one drawing")
    points: int = _limit(20_000, "in one drawing; they are read in 0.1 s")
    rate: int = _limit(120, "reads a minute and client, in the long run; 0 for no limit", 0)
    burst: int = _limit(30, "reads a client may ask for at once before the rate holds")
    reads: int = _limit(2, "at the same time, a thread each; as many as there are cores")
    waiting: int = _limit(14, "requests that upload or wait beside those, half of all a client's")
    body_seconds: int = _limit(20, "for a client to send its body")
    proxies: int = _limit(0, "in front that each add to X-Forwarded-For; 0 believes no header", 0)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Limits":
        """The defaults and what the environment sets. Raises ValueError for what is no limit."""
        found = {}
        for one in fields(cls):
            name, least = PREFIX + one.name.upper(), one.metadata["least"]
            text = environment.get(name, str(one.default))
            if not (text.isascii() and text.isdigit() and len(text) < 13 and int(text) >= least):
                raise ValueError(f"{name}: expected a whole number from {least} on, came {text!r}")
            found[one.name] = int(text)
        return cls(**found)
