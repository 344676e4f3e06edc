"""The process of a measured server: its memory, its CPU time, and the core that it runs on."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def memory(address: str) -> float:
    """Resident megabytes of the server at an address such as http://127.0.0.1:8501."""
    pages = int((_process(address) / "statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def processor_seconds(address: str) -> float:
    """The CPU seconds that the server has used."""
    fields = (_process(address) / "stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # user and system


@contextmanager
def alone_on_a_core(address: str) -> Iterator[None]:
    """Binds the server to one core for good, and this process to the others in the meantime."""
    for thread in (_process(address) / "task").iterdir():
        os.sched_setaffinity(int(thread.name), {0})
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores - {0} or cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def _process(address: str) -> Path:
    port = f"--server.port={address.rpartition(':')[2]}"
    folders = [folder for folder in Path("/proc").iterdir() if folder.name.isdigit()]
    (process,) = (folder for folder in folders if port in _arguments(folder))
    return process


def _arguments(folder: Path) -> list[str]:
    try:
        return (folder / "cmdline").read_text().split("\0")
    except OSError:
        return []
