"""The Docker image without a container: serves its files and locked packages from a folder."""

import http.client
import importlib.metadata
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy import space
from tests.support.paths import ROOT
from tests.support.server import running

DOCKERFILE: Final = (ROOT / "Dockerfile").read_text(encoding="utf-8")
LOCK: Final = (ROOT / "requirements-app.lock").read_text(encoding="utf-8")


@contextmanager
def started(
    folder: Path,
    script: Path = ROOT / "app" / "server.py",
    *options: str,
    command: Sequence[str] = (),
    **variables: str,
) -> Iterator[int]:
    """Serves a script from a working directory; yields its port.

    options: for the interpreter. command: starts the server instead, with a port and an address.
    """
    streamlit = [sys.executable, *options, "-m", "streamlit", "run", str(script)]
    prefix = "--" if command else "--server."
    with running(command or streamlit, folder, variables, prefix) as port:
        yield port


def ask(
    port: int, path: str, method: str = "GET", body: str | bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], str]:
    """The status, the headers with lower-case names, and the body of an HTTP response."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        header_fields = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, header_fields)
        response = connection.getresponse()
        response_headers = {name.lower(): value for name, value in response.getheaders()}
        text = "" if response.status == 101 else response.read().decode("utf-8", "replace")
        return response.status, response_headers, text


def locked() -> dict[str, tuple[str, int]]:
    """The version and the number of hashes of each package in the lock."""
    pattern = r"^([\w.-]+)==(\S+)((?: \\\n +--hash=sha256:[0-9a-f]{64})+)$"
    entries = re.findall(pattern, LOCK, re.M)
    assert len(entries) == len(re.findall(r"^[^#\s]", LOCK, re.M)), "a line without a hash"
    return {name: (version, hashes.count("sha256:")) for name, version, hashes in entries}


def left_out() -> set[str]:
    """The packages that the command in the lock's header leaves out."""
    return set(re.findall(r"--no-emit-package (\S+)", LOCK))


def wanted() -> dict[str, str]:
    """The installed versions of the app's requirements and of all that they require."""
    lines = (ROOT / "requirements-app.txt").read_text(encoding="utf-8").splitlines()
    queue = [Requirement(line) for line in lines if line and not line.startswith("#")]
    versions: dict[str, str] = {}
    while queue:
        name = canonicalize_name(queue.pop().name)
        if name in versions:
            continue
        versions[name] = importlib.metadata.version(name)
        needs = map(Requirement, importlib.metadata.requires(name) or [])
        queue += [need for need in needs if not need.marker or need.marker.evaluate({"extra": ""})]
    return versions


def modules(package: str) -> set[str]:
    """The names of the files and folders that an installed package has in site-packages."""
    files = importlib.metadata.files(package) or []
    return {file.parts[0] for file in files} - {"..", "__pycache__"}


def lay_out_packages(folder: Path) -> None:
    """Links exactly the packages of the lock into a folder, as `pip install --no-deps` leaves them.

    Python's option -S hides all others, and the variable PYTHONPATH makes these visible.
    """
    folder.mkdir()
    for package in locked():
        distribution = importlib.metadata.distribution(package)
        for name in modules(package):
            link = folder / name
            if not link.exists():  # packages may share a folder
                link.symlink_to(Path(str(distribution.locate_file(name))))


def lay_out_files(folder: Path) -> None:
    """Copies the files that the image holds."""
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


def is_ignored(path: str) -> bool:
    """Whether the last pattern of .dockerignore that matches a path, or its folder, excludes it."""
    excluded = False
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        pattern = re.escape(line.removeprefix("!"))
        pattern = pattern.replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
        if re.match(f"{pattern}(?:/|$)", path):
            excluded = not line.startswith("!")
    return excluded


def image_files() -> set[str]:
    """The files that the Dockerfile's COPY instructions copy and .dockerignore does not exclude."""
    names: set[str] = set()
    for source in space.copied(DOCKERFILE):
        path = ROOT / source
        files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
        names |= {file.relative_to(ROOT).as_posix() for file in files}
    return {name for name in names if not is_ignored(name)}
