"""A decoding process: `python -m app.ink.decode_worker`, started by `app.ink.decoder_process`.

Takes requests from standard input and writes answers to standard output, see `REQUEST` and
`ANSWER`. It exits when its input closes, even in the middle of a picture, so that it never outlives
the server, and after IDLE_SECONDS without a request. It imports NumPy, OpenCV and the optional
decoders, and opens no connection.
"""

import contextlib
import os
import select
import signal
import struct
import sys
import threading
import time
from pathlib import Path
from types import ModuleType
from typing import IO, Final

import cv2
import numpy as np

from app.ink import optional_decoders
from app.ink.picture_file import decode_inspected
from app.reading import UnreadableInput

resource: ModuleType | None
try:
    import resource
except ImportError:  # Windows, where decoding is bounded by the server's clock alone
    resource = None

REQUEST: Final = struct.Struct("<QQI")  # bytes of the file, which follows; memory; seconds
ANSWER: Final = struct.Struct("<BIIII")  # what follows: DECODED pixels, or a REFUSED message
# Height, width, channels (0 of grey), pages (see `decode_inspected`); or the message's bytes, 0s.
DECODED, REFUSED = range(2)
CAN_POLL: Final = hasattr(select, "poll")  # false on Windows, for whose pipes there is no poll
# False on Windows and macOS.
LIMITS_MEMORY: Final = resource is not None and Path("/proc/self/statm").exists()
IDLE_SECONDS: Final = 30.0  # without a request, after which 16 MB are given back


def main() -> int:
    """Serves requests until there are no more. Returns the exit status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to the server's children too
    requests = os.fdopen(os.dup(sys.stdin.fileno()), "rb", buffering=0)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a decoder may print
    cv2.setNumThreads(1)
    _be_the_first_to_go()
    if CAN_POLL:
        threading.Thread(target=_end_with_the_server, args=(requests,), daemon=True).start()
    with contextlib.suppress(EOFError, OSError):
        while _comes_soon(requests):
            length, memory, seconds = REQUEST.unpack(read_exactly(requests, REQUEST.size))
            content = read_exactly(requests, length)
            optional_decoders.load(content)  # the limit is for the picture, not for libraries
            _limit(memory, seconds)
            _answer(answers, content)
            del content
    return 0


def read_exactly(source: IO[bytes], length: int) -> bytes:
    """Exactly `length` bytes of an unbuffered pipe. Raises EOFError where it ends before."""
    content = bytearray(length)
    read_into(source, memoryview(content))
    return bytes(content)


def read_into(source: IO[bytes], room: memoryview) -> None:
    """Fills the room from a pipe without a buffer. Raises EOFError where it ends before."""
    while room:
        count = source.readinto(room)  # type: ignore[attr-defined]  # of io.FileIO
        if not count:
            raise EOFError(f"expected {len(room):,} more bytes, got the end of the pipe")
        room = room[count:]


def write_all(target: IO[bytes], content: bytes | memoryview) -> None:
    """Writes all bytes to a pipe without a buffer."""
    left = memoryview(content)
    while left:
        left = left[target.write(left) :]


def _end_with_the_server(requests: IO[bytes]) -> None:
    """Ends this process when nobody is left to ask, also in the middle of a picture."""
    poll = select.poll()
    poll.register(requests, 0)  # nothing but that the other end is closed
    poll.poll()
    os._exit(0)


def _comes_soon(requests: IO[bytes]) -> bool:
    """Waits for a request; False where none comes in time. Windows cannot tell, and waits on."""
    return not CAN_POLL or bool(select.select([requests], [], [], IDLE_SECONDS)[0])


def _answer(answers: IO[bytes], content: bytes) -> None:
    try:
        image, pages = decode_inspected(content)
    except (UnreadableInput, MemoryError) as error:
        message = (
            str(error)
            or "expected a picture that fits the memory for its size, got one that needs more"
        ).encode()
        write_all(answers, ANSWER.pack(REFUSED, len(message), 0, 0, 0) + message)
        return
    channels = image.shape[2] if image.ndim == 3 else 0
    write_all(answers, ANSWER.pack(DECODED, *image.shape[:2], channels, pages))
    write_all(answers, np.ascontiguousarray(image).data.cast("B"))


def _limit(memory: int, seconds: int) -> None:
    """Bounds what this process may still take, where the system has such limits."""
    if resource is None:
        return
    used = int(time.process_time()) + 1
    _lower(resource.RLIMIT_CPU, used + seconds)
    with contextlib.suppress(OSError):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        _lower(resource.RLIMIT_AS, pages * resource.getpagesize() + memory)


def _lower(kind: int, limit: int) -> None:
    """Sets a soft limit, which the process may raise again for the next picture."""
    assert resource is not None
    with contextlib.suppress(ValueError, OSError):  # macOS has some and enforces none
        resource.setrlimit(kind, (limit, resource.getrlimit(kind)[1]))


def _be_the_first_to_go() -> None:
    """Where memory is short, the kernel ends this process before the server. Nothing is dumped."""
    if resource is not None:
        _lower(resource.RLIMIT_CORE, 0)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


if __name__ == "__main__":
    sys.exit(main())
