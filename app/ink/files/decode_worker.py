"""A decoding process: `python -m app.ink.files.decode_worker`, started by `decoder_process`.

It takes requests from standard input and writes answers to standard output, see `REQUEST` and
`ANSWER`. It exits after IDLE_SECONDS without a request, and when its input closes, even in the
middle of a picture, so that it never outlives the server. It imports NumPy, OpenCV and the optional
decoders, and opens no connection.
"""

import contextlib
import functools
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

from app.ink.files import optional_decoders
from app.ink.files.picture_file import decode_inspected
from app.reading import UnreadableInput

resource: ModuleType | None
try:
    import resource
except ImportError:  # Windows, where decoding is bounded by the server's clock alone
    resource = None

# Bytes of the file, bytes of memory, seconds; the file follows.
REQUEST: Final = struct.Struct("<QQI")
# DECODED, height, width, channels (0 for grey) and pages (see `decode_inspected`); pixels follow.
# Or REFUSED, the message's bytes, and zeros; the message follows. In both, the last number is how
# many seconds of a core the request took.
ANSWER: Final = struct.Struct("<BIIIId")
DECODED, REFUSED = range(2)
CAN_POLL: Final = hasattr(select, "poll")  # false on Windows, which cannot poll pipes
# False on Windows and macOS.
LIMITS_MEMORY: Final = resource is not None and Path("/proc/self/statm").exists()
IDLE_SECONDS: Final = 30.0  # without a request; then the process ends and frees 16 MB


def main() -> int:
    """Serves requests until there are no more. Returns the exit status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to the server's children too
    requests = os.fdopen(os.dup(sys.stdin.fileno()), "rb", buffering=0)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    # A decoder may print: libpng a line for each chunk that it does not like, of which a small file
    # may have 20,000. Only this program's own errors go to the server's log.
    sys.stderr = os.fdopen(os.dup(sys.stderr.fileno()), "w", buffering=1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    cv2.setNumThreads(1)
    _be_the_first_to_go()
    if CAN_POLL:
        threading.Thread(target=_end_with_the_server, args=(requests,), daemon=True).start()
    with contextlib.suppress(EOFError, OSError):
        while _comes_soon(requests):
            started = time.process_time()
            length, memory, seconds = REQUEST.unpack(read_exactly(requests, REQUEST.size))
            content = read_exactly(requests, length)
            optional_decoders.load(content)  # before the limit, which is for the picture alone
            _limit(memory, seconds)
            _answer(answers, content, started)
            del content
    return 0


def read_exactly(source: IO[bytes], length: int) -> bytes:
    """Exactly `length` bytes of an unbuffered pipe. Raises EOFError if it ends before that."""
    content = bytearray(length)
    read_into(source, memoryview(content))
    return bytes(content)


def read_into(source: IO[bytes], room: memoryview) -> None:
    """Fills the room from an unbuffered pipe. Raises EOFError if it ends before that."""
    while room:
        count = source.readinto(room)  # type: ignore[attr-defined]  # of io.FileIO
        if not count:
            raise EOFError(f"expected {len(room):,} more bytes, got the end of the pipe")
        room = room[count:]


def write_all(target: IO[bytes], content: bytes | memoryview) -> None:
    """Writes all bytes to an unbuffered pipe."""
    left = memoryview(content)
    while left:
        left = left[target.write(left) :]


def _end_with_the_server(requests: IO[bytes]) -> None:
    """Ends this process when the server is gone, even in the middle of a picture."""
    poll = select.poll()
    poll.register(requests, 0)  # reports only that the other end was closed
    poll.poll()
    os._exit(0)


def _comes_soon(requests: IO[bytes]) -> bool:
    """Waits for a request; false if none comes in time. On Windows it is always true."""
    return not CAN_POLL or bool(select.select([requests], [], [], IDLE_SECONDS)[0])


def _answer(answers: IO[bytes], content: bytes, started: float) -> None:
    """Decodes a file and writes the answer; started: the request's, in this process's own time."""
    try:
        image, pages = decode_inspected(content)
    except (UnreadableInput, MemoryError) as error:
        message = (
            str(error)
            or "expected a picture that fits the memory for its size, got one that needs more"
        ).encode()
        spent = time.process_time() - started
        write_all(answers, ANSWER.pack(REFUSED, len(message), 0, 0, 0, spent) + message)
        return
    channels = image.shape[2] if image.ndim == 3 else 0
    spent = time.process_time() - started
    write_all(answers, ANSWER.pack(DECODED, *image.shape[:2], channels, pages, spent))
    write_all(answers, np.ascontiguousarray(image).data.cast("B"))


def _limit(memory: int, seconds: int) -> None:
    """Limits the bytes and seconds that this process may still take, where the system can."""
    if resource is None:
        return
    used = int(time.process_time()) + 1
    _lower(resource.RLIMIT_CPU, used + seconds)
    if LIMITS_MEMORY:
        pages = int(os.pread(_statm(), 64, 0).split()[0])
        _lower(resource.RLIMIT_AS, pages * resource.getpagesize() + memory)


@functools.cache
def _statm() -> int:
    """The file of this process's memory; it stays open, because opening it takes longer."""
    return os.open("/proc/self/statm", os.O_RDONLY)


def _lower(kind: int, limit: int) -> None:
    """Sets a soft limit, which the process may raise again for the next picture."""
    assert resource is not None
    with contextlib.suppress(ValueError, OSError):  # macOS refuses some
        resource.setrlimit(kind, (limit, resource.getrlimit(kind)[1]))


def _be_the_first_to_go() -> None:
    """Lets the kernel end this process before the server where memory is short, without a dump."""
    if resource is not None:
        _lower(resource.RLIMIT_CORE, 0)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


if __name__ == "__main__":
    sys.exit(main())
