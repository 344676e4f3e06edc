"""`python -m app read` takes no more memory for many files than for few."""

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.support.drawings import placed
from tests.support.paths import ROOT

# Runs the command, and prints the peak memory of its process in kilobytes.
MEASURED = """
import sys
from app.__main__ import main

status = main(["read", *sys.argv[1:]])
(peak,) = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM:")]
print(peak, file=sys.stderr)
sys.exit(status)
"""
FEW, MANY = 80, 560  # files; a batch is 64
GROWTH = 6  # megabytes; keeping the other pictures would take 20, and what is found on them 24


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc for the memory")
def test_many_files_take_the_memory_of_few(tmp_path: Path) -> None:
    pictures = []
    for digit in range(10):
        sheet = np.full((120, 120, 3), 255, np.uint8)
        points = [np.round(stroke).astype(np.int32) for stroke in placed(digit, 10, 10, 100)]
        cv2.polylines(sheet, points, False, (120, 20, 20), 6, cv2.LINE_AA)
        pictures.append(cv2.imencode(".png", sheet)[1].tobytes())
    peaks = {}
    for count in (FEW, MANY):
        folder = tmp_path / str(count)
        folder.mkdir()
        for number in range(count):
            (folder / f"{number:03}.png").write_bytes(pictures[number % 10])
        command = [sys.executable, "-c", MEASURED, str(folder)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        read = [line.split("\t")[0] for line in done.stdout.splitlines()]
        assert read == [str(number % 10) for number in range(count)]
        peaks[count] = int(done.stderr.split()[-1]) / 1024
    assert peaks[MANY] < peaks[FEW] + GROWTH
