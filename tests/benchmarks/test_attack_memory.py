"""The memory limit of an attacked server, and how its memory is measured."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.attack import memory
from tests.support.paths import ROOT


@pytest.fixture(autouse=True)
def no_cgroups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system on which no memory cgroup can be made."""
    monkeypatch.setattr(memory, "CGROUPS", tmp_path / "nothing")


@pytest.mark.parametrize("megabytes, expected", [(50, 0), (400, 1)])
def test_without_cgroups_a_process_gets_no_more_data(megabytes: int, expected: int) -> None:
    take = [sys.executable, "-c", f"bytearray({megabytes} << 20)"]
    with memory.limited(take, 200 << 20) as (command, limit):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert (limit, done.returncode) == ("rlimit", expected)
    assert (b"MemoryError" in done.stderr) == bool(expected)


def test_the_memory_of_a_server_and_of_its_decoders_is_measured() -> None:
    # Its child has 100 MB; both wait until their input is closed.
    child = "import sys; room = bytearray(b'x') * (100 << 20); print(flush=True); sys.stdin.read()"
    server = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    command = [sys.executable, "-c", server, "--server.port=64999"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert 100 < memory.resident_megabytes("64999") < 200
        process.communicate()
    assert memory.resident_megabytes("64999") == 0
