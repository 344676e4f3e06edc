"""The image without a container: its files and the packages of its lock, laid out and served."""

import http.client
import importlib.metadata
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy import space
from tests.support.paths import ROOT

DOCKERFILE: Final = (ROOT / "Dockerfile").read_text(encoding="utf-8")
LOCK: Final = (ROOT / "requirements-app.lock").read_text(encoding="utf-8")
START: Final = 60  # seconds; a busy machine takes ten to import everything


@contextmanager
def started(
    folder: Path,
    script: Path = ROOT / "app" / "server.py",
    *options: str,
    command: Sequence[str] = (),
    **variables: str,
) -> Iterator[int]:
    """Serves a script from a working directory; yields its port.

    options: of the interpreter. command: starts the server instead, given a port and an address.
    """
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    prefix = "--" if command else "--server."
    address = [f"{prefix}port={port}", f"{prefix}address=127.0.0.1"]
    streamlit = [sys.executable, *options, "-m", "streamlit", "run", str(script)]
    server = subprocess.Popen(
        [*(command or streamlit), *address],
        cwd=folder,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        deadline = time.monotonic() + START
        while True:
            assert server.poll() is None, server.communicate()[0]
            assert time.monotonic() < deadline, "the server did not answer"
            with closing(socket.socket()) as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        try:
            server.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.communicate()


def ask(
    port: int, path: str, method: str = "GET", body: str | bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], str]:
    """Status, headers with small names, and body."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        text = "" if response.status == 101 else response.read().decode("utf-8", "replace")
        return response.status, found, text


# The lock.


def locked() -> dict[str, tuple[str, int]]:
    """Version and number of hashes of each package in the lock."""
    pattern = r"^([\w.-]+)==(\S+)((?: \\\n +--hash=sha256:[0-9a-f]{64})+)$"
    entries = re.findall(pattern, LOCK, re.M)
    assert len(entries) == len(re.findall(r"^[^#\s]", LOCK, re.M)), "a line without a hash"
    return {name: (version, hashes.count("sha256:")) for name, version, hashes in entries}


def left_out() -> set[str]:
    """The packages that the lock's command leaves out."""
    return set(re.findall(r"--no-emit-package (\S+)", LOCK))


def wanted() -> dict[str, str]:
    """Versions of the app's requirements and of all that they need, as installed here."""
    lines = (ROOT / "requirements-app.txt").read_text(encoding="utf-8").splitlines()
    todo = [Requirement(line) for line in lines if line and not line.startswith("#")]
    found: dict[str, str] = {}
    while todo:
        name = canonicalize_name(todo.pop().name)
        if name in found:
            continue
        found[name] = importlib.metadata.version(name)
        needs = map(Requirement, importlib.metadata.requires(name) or [])
        todo += [one for one in needs if not one.marker or one.marker.evaluate({"extra": ""})]
    return found


def modules(package: str) -> set[str]:
    """What an installed package puts into site-packages: names of folders and files there."""
    files = importlib.metadata.files(package) or []
    return {one.parts[0] for one in files} - {"..", "__pycache__"}


# Both, laid out.


def lay_out_packages(folder: Path) -> None:
    """Links to exactly the packages of the lock, as `pip install --no-deps` leaves them.

    Python's option -S hides all others, and the variable PYTHONPATH shows these.
    """
    folder.mkdir()
    for package in locked():
        distribution = importlib.metadata.distribution(package)
        for name in modules(package):
            link = folder / name
            if not link.exists():  # packages may share a folder
                link.symlink_to(Path(str(distribution.locate_file(name))))


def lay_out_files(folder: Path) -> None:
    """Copies of the files that the image holds."""
    for path in image_files():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, target)


@contextmanager
def serving_image(folder: Path) -> Iterator[int]:
    """Serves the image's files with the image's packages alone, in a folder; yields the port."""
    lay_out_files(folder / "app")
    packages = folder / "site-packages"  # by this name Streamlit knows that it is installed
    lay_out_packages(packages)
    variables = {"HOME": str(folder), "PYTHONPATH": str(packages)}
    with started(folder / "app", Path("app/server.py"), "-S", **variables) as port:
        yield port


def ignored(path: str) -> bool:
    """What .dockerignore says of a path: the last pattern that matches it or a folder above."""
    verdict = False
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        pattern = re.escape(line.removeprefix("!"))
        pattern = pattern.replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
        if re.match(f"{pattern}(?:/|$)", path):
            verdict = not line.startswith("!")
    return verdict


def image_files() -> set[str]:
    """What the COPY lines take of the context that .dockerignore leaves."""
    found = set()
    for source in space.copied(DOCKERFILE):
        path = ROOT / source
        files = [one for one in path.rglob("*") if one.is_file()] if path.is_dir() else [path]
        found |= {one.relative_to(ROOT).as_posix() for one in files}
    return {path for path in found if not ignored(path)}
