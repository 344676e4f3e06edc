"""Limits the memory of the attacked server, and measures what it uses.

As a command, `python -m tests.benchmarks.attack.memory WHERE BYTES COMMAND...` starts the server
within the limit. WHERE: the folder of a memory cgroup, or "rlimit" for a limit on its data.
"""

import contextlib
import os
import resource
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

CGROUPS: Final = Path("/sys/fs/cgroup")
RLIMIT: Final = "rlimit"
# A thread's stack counts as data as soon as it is reserved: usually 8 MB, of which 0.1 are used.
STACK_BYTES: Final = 1 << 20


@contextlib.contextmanager
def limited(command: Sequence[str], num_bytes: int) -> Iterator[tuple[list[str], str]]:
    """A command that runs another one within this memory, and what limits it: a cgroup or "rlimit".

    A cgroup bounds all processes of the server together, and is made where cgroups v2 are writable;
    the other limit holds for each of its processes.
    """
    launcher = [sys.executable, "-m", "tests.benchmarks.attack.memory"]
    group = _new_group(num_bytes)
    if group is None:
        yield [*launcher, RLIMIT, str(num_bytes), *command], RLIMIT
        return
    try:
        yield [*launcher, str(group), str(num_bytes), *command], "cgroup"
    finally:
        with contextlib.suppress(OSError):  # a process in it may not have ended yet
            group.rmdir()


def resident_megabytes(port: str) -> float:
    """The resident memory of the server on this port, and of its decoders."""
    commands: dict[int, str] = {}
    parents: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                process = int(folder.name)
                commands[process] = (folder / "cmdline").read_text()
                parents[process] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    servers = {process for process, text in commands.items() if f"--server.port={port}" in text}
    total = 0
    for process, parent in parents.items():
        if servers & {process, parent}:
            with contextlib.suppress(OSError, IndexError):
                total += int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return round(total * resource.getpagesize() / 1e6, 1)


def _new_group(num_bytes: int) -> Path | None:
    """A new memory cgroup beside this process's own, or None where none can be made."""
    path = Path("/proc/self/cgroup").read_text().splitlines()[-1].partition("0::/")[2]
    group = CGROUPS / path / f"digits-attack-{os.getpid()}"
    try:
        (CGROUPS / path / "cgroup.subtree_control").write_text("+memory")
        group.mkdir()
    except OSError:
        return None
    try:
        (group / "memory.max").write_text(str(num_bytes))
        (group / "memory.swap.max").write_text("0")
    except OSError:
        group.rmdir()
        return None
    return group


def main(arguments: Sequence[str]) -> None:
    """Runs the command: limits this process and replaces it by the server."""
    where, num_bytes, *command = arguments
    if where == RLIMIT:
        resource.setrlimit(resource.RLIMIT_STACK, (STACK_BYTES, STACK_BYTES))
        resource.setrlimit(resource.RLIMIT_DATA, (int(num_bytes), int(num_bytes)))
    else:
        (Path(where) / "cgroup.procs").write_text(str(os.getpid()))
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
