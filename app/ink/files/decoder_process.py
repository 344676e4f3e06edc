"""The server's side of a decoding process: starts it, asks it, and ends and replaces it.

The process itself runs `app.ink.files.decode_worker`.
"""

import contextlib
import math
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.ink.files.decode_worker import (
    ANSWER,
    DECODED,
    REQUEST,
    read_exactly,
    read_into,
    write_all,
)
from app.ink.files.decoding import Decoding, DecodingCancelled
from app.ink.files.picture_file import MAX_PICTURE_PIXELS
from app.reading import UnreadableInput

_ROOT: Final = Path(__file__).resolve().parents[3]
_PIPE_BYTES: Final = 1 << 20  # the largest that Linux gives an ordinary user
# One thread, and one heap that gives memory back after each picture. OpenCV reads its own limit
# when it is imported; here it is that of the structure checks.
_ENVIRONMENT: Final = {
    "OPENCV_IO_MAX_IMAGE_PIXELS": str(MAX_PICTURE_PIXELS),
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "1048576",
    "MALLOC_TRIM_THRESHOLD_": "1048576",
}

DecodedPixels: TypeAlias = tuple[NDArray[np.uint8], int]


class DecoderProcess:
    """A process that is started again whenever it has ended. For one thread at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._spent_seconds = 0.0  # of a core, for all pictures that this process has answered

    def decode(self, content: bytes, memory: int, decoding: Decoding) -> DecodedPixels:
        """See `picture_file.decode_inspected`. Raises UnreadableInput and DecodingCancelled."""
        request = REQUEST.pack(len(content), memory, math.ceil(decoding.core_seconds)) + content
        while True:
            is_fresh = self._process is None or self._process.poll() is not None
            process = self._started() if is_fresh else self._process
            assert process is not None
            started = time.monotonic()
            try:
                with decoding.running(process):
                    return self._asked(process, request, decoding)
            except (OSError, EOFError) as error:  # the process has ended or was ended
                process.kill()
                total = _processor_seconds(process)  # until `wait` removes it from the system
                if process.wait() == 0 and not is_fresh:
                    continue  # it ended for lack of work just before the request
                elapsed = time.monotonic() - started
                decoding.spent_seconds += elapsed if total is None else total - self._spent_seconds
                if decoding.is_cancelled:
                    raise DecodingCancelled("the picture is no longer wanted") from error
                raise _too_costly(memory, decoding) from error

    def _asked(
        self, process: "subprocess.Popen[bytes]", request: bytes, decoding: Decoding
    ) -> DecodedPixels:
        """The process's answer. Raises UnreadableInput; OSError or EOFError if it has ended."""
        assert process.stdin is not None
        assert process.stdout is not None
        write_all(process.stdin, request)
        kind, *numbers, spent = ANSWER.unpack(read_exactly(process.stdout, ANSWER.size))
        decoding.spent_seconds += spent
        self._spent_seconds += spent
        if kind != DECODED:
            raise UnreadableInput(
                read_exactly(process.stdout, min(numbers[0], _PIPE_BYTES)).decode()
            )
        height, width, channels, pages = numbers
        if height * width > MAX_PICTURE_PIXELS or channels > 4:
            message = f"expected at most {MAX_PICTURE_PIXELS:,} pixels of up to 4 channels"
            raise EOFError(f"{message} from a decoder, got {width} x {height} x {channels}")
        image = np.empty((height, width, channels) if channels else (height, width), np.uint8)
        read_into(process.stdout, image.data.cast("B"))
        return image, pages

    def _started(self) -> "subprocess.Popen[bytes]":
        self._spent_seconds = 0.0
        # A fork would copy the locks that other threads hold at that moment.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "app.ink.files.decode_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            cwd=_ROOT,
            env={**os.environ, **_ENVIRONMENT},
        )
        _widen(self._process)
        return self._process


def _widen(process: "subprocess.Popen[bytes]") -> None:
    """Enlarges the pipes, where the system can, so that pixels come in large pieces."""
    with contextlib.suppress(ImportError, AttributeError, OSError):
        import fcntl

        for pipe in (process.stdin, process.stdout):
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)  # type: ignore[union-attr]


def _too_costly(memory: int, decoding: Decoding) -> UnreadableInput:
    if decoding.is_overrun:
        limit = f"{decoding.seconds:.0f} s"
    else:
        limit = f"{math.ceil(decoding.core_seconds)} s of a core and {memory >> 20:,} MB"
    return UnreadableInput(
        f"expected a picture that is decoded in {limit}, got one that needs more"
    )


def _processor_seconds(process: "subprocess.Popen[bytes]") -> float | None:
    """What a killed process had taken of a core in all; None where the system does not say so."""
    try:
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
