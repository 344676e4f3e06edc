"""Writes a line for each request to standard error, if DIGITS_LOG asks for it."""

import json
import sys
import time
from collections.abc import Mapping
from typing import IO, Final, Literal, TypeAlias, cast

from app.api.observed import Observation

VARIABLE: Final = "DIGITS_LOG"
LogFormat: TypeAlias = Literal["off", "plain", "json"]
FORMATS: Final = ("off", "plain", "json")
MAX_PATH: Final = 200  # characters of a path that are logged; clients may send longer ones


def format_from(environment: Mapping[str, str]) -> LogFormat:
    """The format that DIGITS_LOG sets. Raises ValueError for any other value."""
    text = environment.get(VARIABLE, "off")
    if text not in FORMATS:
        raise ValueError(f"{VARIABLE}: expected off, plain or json, got {text!r}")
    return cast(LogFormat, text)


class AccessLog:
    """Writes the lines, which contain neither what was drawn nor the query of a path.

    log_format: "plain" or "json". stream: where to write; None for standard error.
    """

    def __init__(self, log_format: LogFormat, stream: IO[str] | None = None) -> None:
        self._is_json, self._stream = log_format == "json", stream

    def observe(self, observation: Observation) -> None:
        """Writes one line, in one piece."""
        method, path, status, seconds, client, *_ = observation
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        milliseconds = round(1_000 * seconds, 1)
        # Escaped to ASCII, so that no path can end the line or move a terminal's cursor.
        path = json.dumps(path[:MAX_PATH])[1:-1]
        if self._is_json:
            fields = {"client": client, "method": method, "path": path, "status": status}
            line = json.dumps({"time": now, **fields, "ms": milliseconds})
        else:
            line = f"{now} {client} {method} {path} {status} {milliseconds} ms"
        stream = self._stream or sys.stderr
        stream.write(line + "\n")
        stream.flush()
