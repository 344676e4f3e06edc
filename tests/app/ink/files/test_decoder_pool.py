"""Pictures from strangers: checked by their structure, then decoded in a process with limits."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.files import decoder_pool
from app.ink.files.decoder_pool import DecoderBusy, DecoderPool
from app.ink.files.decoder_process import DecodedPixels, DecoderProcess
from app.ink.files.decoding import Decoding, DecodingCancelled
from app.ink.files.formats import NotAPicture, PictureTooLarge
from app.ink.files.picture_file import inspect_within
from app.reading import UnreadableInput
from tests.support.hostile_pictures import (
    jpeg_with_many_scans,
    png_chunk,
    png_with,
    text_bomb,
    tiff_with_a_large_tile,
    webp_with_many_codes,
)
from tests.support.paths import ROOT

POOL = DecoderPool(2)


def encoded(suffix: str, *shape: int, dtype: type[np.integer[Any]] = np.uint8) -> bytes:
    """A file of a white picture of this shape."""
    image: NDArray[np.integer[Any]] = np.full(shape, np.iinfo(dtype).max, dtype)
    return cv2.imencode(suffix, image)[1].tobytes()


@pytest.mark.parametrize(
    "content, shape",
    [
        (encoded(".png", 30, 40, 3), (30, 40, 3)),  # exactly as many pixels as are allowed
        (encoded(".jpg", 30, 40), (30, 40)),
        (encoded(".bmp", 30, 40, 3), (30, 40, 3)),
        (encoded(".tif", 30, 40), (30, 40)),
        (encoded(".png", 30, 20, 4), (30, 20, 4)),  # transparent: half is allowed
        (encoded(".png", 30, 20, dtype=np.uint16), (30, 20)),
        (encoded(".tif", 30, 20, dtype=np.uint16), (30, 20)),
    ],
)
def test_a_picture_that_is_small_enough_is_decoded(content: bytes, shape: tuple[int, ...]) -> None:
    image = POOL.decode(content, max_pixels=1200).pixels
    assert image.shape == shape
    assert image.dtype == np.uint8
    assert image.min() >= 250


@pytest.mark.parametrize(
    "content, message",
    [
        (encoded(".png", 31, 40, 3), "expected at most 1,200 pixels, got 40 x 31"),
        (encoded(".bmp", 31, 40, 3), "expected at most 1,200 pixels, got 40 x 31"),
        (encoded(".png", 31, 20, 4), "expected at most 600 pixels where .* got 20 x 31"),
        (encoded(".png", 31, 20, dtype=np.uint16), "expected at most 600 pixels where"),
        (encoded(".bmp", 31, 20, 4), "expected at most 600 pixels where"),
    ],
)
def test_a_picture_that_is_too_large_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(PictureTooLarge, match=message):
        POOL.decode(content, max_pixels=1200)


WINDOWS = """
import select, sys

sys.modules["resource"] = sys.modules["fcntl"] = None
del select.poll

def fail(*_):
    raise OSError("not a socket")

select.select = fail
"""


def test_pictures_are_decoded_on_windows_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows has no `resource`, `fcntl` or poll, and its select takes only sockets."""
    (tmp_path / "sitecustomize.py").write_text(WINDOWS)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "fcntl", None)
    pool = DecoderPool(1)
    for _ in range(2):  # the process waits for the second one
        assert pool.decode(encoded(".png", 30, 40, 3)).pixels.shape == (30, 40, 3)
    with pytest.raises(UnreadableInput, match="whole picture"):
        pool.decode(encoded(".png", 30, 40)[:60] + bytes(100))
    pool.close()


@pytest.mark.parametrize("content", [b"", b"text", b"\x89PNG\r\n\x1a\n", b"II*\x00"])
def test_bytes_without_a_known_header_are_not_a_picture(content: bytes) -> None:
    with pytest.raises(NotAPicture, match=r"expected a picture \(PNG, JPEG"):
        POOL.decode(content)


def test_a_picture_that_breaks_off_after_its_header_is_unreadable() -> None:
    with pytest.raises(UnreadableInput, match="^expected a whole picture"):
        POOL.decode(encoded(".png", 30, 40, 3)[:60])


def test_decoded_pictures_have_as_many_places_as_there_are_decoders(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(decoder_pool, "MAX_SECONDS", 0.05)
    pool = DecoderPool(1)
    with pool.reading(), pytest.raises(DecoderBusy, match="all places"), pool.reading():
        raise AssertionError("two pictures in one place")
    with pool.reading():
        pass
    pool.close()


def test_large_pictures_are_decoded_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    most = running = 0

    def decode(_: DecoderProcess, content: bytes, *__: object) -> DecodedPixels:
        nonlocal most, running
        running += 1
        most = max(most, running)
        time.sleep(0.2)
        running -= 1
        return np.zeros((20, 20), np.uint8), 1

    monkeypatch.setattr(DecoderProcess, "decode", decode)
    pool, content = DecoderPool(3), encoded(".png", 20, 20)
    for limit, expected in ((400, 3), (399, 1)):
        monkeypatch.setattr(decoder_pool, "LARGE_PIXELS", limit)
        most = 0
        with ThreadPoolExecutor(3) as threads:
            list(threads.map(pool.decode, [content] * 3))
        assert most == expected
    with ThreadPoolExecutor(1) as other:
        first = other.submit(pool.decode, content)
        time.sleep(0.05)
        with pytest.raises(DecoderBusy, match="another large picture"):
            pool.decode(content, decoding=Decoding(seconds=0.05))
        first.result(5)
    pool.close()


def test_a_pool_has_its_own_limit_of_pixels() -> None:
    pool = DecoderPool(1, max_pixels=100)
    with pytest.raises(PictureTooLarge):
        pool.decode(encoded(".png", 20, 20))
    pool.close()


MEMORY = 64 << 20  # bytes that a decoder may use in the tests of its own limits
HOSTILE = {
    "a tile of 1 GB": tiff_with_a_large_tile(),
    "10,000 scans": jpeg_with_many_scans(),
    "6.4 GB of text": png_with(text_bomb(megabytes=8) * 800),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_the_structure_of_a_hostile_file_is_refused(name: str) -> None:
    start = time.monotonic()
    with pytest.raises(UnreadableInput, match="expected at most"):
        POOL.decode(HOSTILE[name])
    assert time.monotonic() - start < 2


@pytest.mark.parametrize("name", HOSTILE)
def test_what_passed_the_check_costs_one_process_and_others_are_read_meanwhile(name: str) -> None:
    ordinary = encoded(".png", 30, 40, 3)
    POOL.decode(ordinary)
    with ThreadPoolExecutor(1) as other:
        hostile = other.submit(POOL.decode_inspected, HOSTILE[name], MEMORY, Decoding(seconds=1))
        for _ in range(5):
            assert POOL.decode(ordinary).pixels.shape == (30, 40, 3)
            assert all(peak_megabytes(worker) < 200 for worker in workers())
        with pytest.raises(UnreadableInput, match="expected a (whole picture|picture that is dec)"):
            hostile.result(15)
    assert POOL.decode(ordinary).pixels.shape == (30, 40, 3)


def test_the_tables_of_a_webp_fit_the_memory_of_its_decoder() -> None:
    # No header says how many codes there are; only decoding shows it.
    assert POOL.decode(webp_with_many_codes(64)).pixels.shape == (64, 64, 3)
    bomb = webp_with_many_codes()
    assert inspect_within(bomb, 4_000_000).width == 1_024
    start = time.monotonic()
    with pytest.raises(UnreadableInput, match="expected a (whole picture|picture that is dec)"):
        POOL.decode(bomb)
    assert time.monotonic() - start < 5
    assert all(peak_megabytes(worker) < 200 for worker in workers())  # unbounded, it is 400
    assert POOL.decode(encoded(".png", 30, 40)).pixels.shape == (30, 40)


def test_a_decoding_is_cancelled_before_and_while_it_runs() -> None:
    before, meanwhile = Decoding(), Decoding()
    before.cancel()
    with pytest.raises(DecodingCancelled):
        POOL.decode(encoded(".png", 30, 40), decoding=before)
    threading.Timer(1, meanwhile.cancel).start()
    start = time.monotonic()
    with pytest.raises(DecodingCancelled):
        POOL.decode_inspected(HOSTILE["10,000 scans"], 1 << 30, meanwhile)
    assert time.monotonic() - start < 5


def test_a_decoding_ends_once_nobody_waits_for_it() -> None:
    end = time.monotonic() + 1
    waited_for = Decoding(is_wanted=lambda: time.monotonic() < end)
    with pytest.raises(DecodingCancelled):
        POOL.decode_inspected(HOSTILE["10,000 scans"], 1 << 30, waited_for)
    assert time.monotonic() - end < 4
    assert 0.1 < waited_for.spent_seconds < 5


def test_what_a_decoder_prints_does_not_fill_the_log(capfd: pytest.CaptureFixture[str]) -> None:
    wrong = png_chunk(b"tEXt", b"key\0text")[:-1] + b"?"  # its checksum
    pool = DecoderPool(1)
    assert pool.decode(png_with(wrong * 1_000)).pixels.shape == (64, 64)
    pool.close()
    assert capfd.readouterr() == ("", "")


def test_a_decoding_costs_the_processor_time_that_it_takes() -> None:
    small, large, ended = Decoding(), Decoding(), Decoding(seconds=1)
    pool = DecoderPool(1)
    pool.decode(encoded(".jpg", 30, 40), decoding=small)
    pool.decode(encoded(".jpg", 2400, 3200), decoding=large)
    assert 0 < small.spent_seconds < large.spent_seconds < 2
    with pytest.raises(UnreadableInput):
        pool.decode_inspected(HOSTILE["10,000 scans"], 1 << 30, ended)
    pool.close()
    assert 0.1 < ended.spent_seconds < 5


@pytest.mark.parametrize(
    "wanted, pixels, expected",
    [(15, 64 * 64, 3), (15, 8_000_000, 9), (15, 50_000_000, 15), (2, 50_000_000, 2)],
)
def test_a_picture_has_as_much_time_as_its_pixels_explain(
    wanted: float, pixels: int, expected: float
) -> None:
    decoding = Decoding(seconds=wanted)
    decoding.begin(pixels)
    assert decoding.core_seconds == pytest.approx(expected, abs=0.1)
    assert decoding.deadline - time.monotonic() == pytest.approx(wanted, abs=1)


def test_a_full_pool_says_that_it_is_busy() -> None:
    pool, slow = DecoderPool(1), Decoding(seconds=10)
    with ThreadPoolExecutor(1) as other:
        running = other.submit(pool.decode_inspected, HOSTILE["10,000 scans"], 1 << 30, slow)
        time.sleep(0.5)
        with pytest.raises(DecoderBusy):
            pool.decode(encoded(".png", 30, 40), decoding=Decoding(seconds=0.5))
        pool.close()
        with pytest.raises(DecodingCancelled):
            running.result(5)


def test_a_decoder_that_has_ended_is_replaced() -> None:
    pool, before = DecoderPool(1), workers()
    pool.decode(encoded(".png", 30, 40))
    (worker,) = set(workers()) - set(before)
    os.kill(worker, signal.SIGKILL)
    while is_alive(worker):
        time.sleep(0.01)
    assert pool.decode(encoded(".png", 30, 40)).pixels.shape == (30, 40)


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_no_decoder_outlives_its_server(ending: signal.Signals) -> None:
    command = [sys.executable, "-c", SERVER]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        worker = int(server.stdout.readline())
        assert is_alive(worker)
        server.send_signal(ending)
        server.wait(10)
    deadline = time.monotonic() + 5
    while is_alive(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(worker)


SERVER = """
import sys, threading, time
from app.ink.files.decoder_pool import DecoderPool
from app.ink.files.decoding import Decoding
from tests.support.hostile_pictures import jpeg_with_many_scans
pool, decoding = DecoderPool(1), Decoding()
slow = lambda: pool.decode_inspected(jpeg_with_many_scans(), 1 << 30, decoding)
threading.Thread(target=slow).start()
while decoding._process is None:
    time.sleep(0.05)
time.sleep(1)
print(decoding._process.pid, flush=True)
time.sleep(60)
"""


def workers() -> list[int]:
    """The decoders that this process has started, which may have a browser as a child too."""
    files = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    children = [child for file in files for child in file.read_text().split()]
    return [int(child) for child in children if "decode_worker" in _command(child)]


def _command(process: str) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text()
    except OSError:
        return ""


def is_alive(process: int) -> bool:
    """Whether a process is running; a zombie is not.

    The main thread may end before others; the process can be waited for once all have ended.
    """
    folder = Path(f"/proc/{process}")
    try:
        return ") Z" not in (folder / "stat").read_text() or len(list(folder.glob("task/*"))) > 1
    except OSError:
        return False


def peak_megabytes(process: int) -> float:
    """The peak memory of a process; 0 if it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
