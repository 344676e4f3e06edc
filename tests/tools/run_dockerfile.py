"""Runs the Dockerfile's steps without Docker: `make image`, two minutes and 400 MB.

They run in an empty folder with an empty environment; if root starts this, those after USER run as
user 1000. A fresh virtual environment of the Python that --python names replaces the base image. If
user 1000 cannot run that Python, the command ends before the first step. The server must then pass
its health check and read a digit; the size of the folder and the server's memory are printed.
"""

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from tests.support.drawings import placed
from tests.support.paths import ROOT

HOME: Final = "/home/digits"  # in the image
USER: Final = 1000  # of the image, and of every Space
START_SECONDS: Final = 60  # until the server must be healthy


class Image:
    """A folder with the image's content, in which the image's commands run."""

    def __init__(self, folder: Path, python: str) -> None:
        self._home = folder / "home"
        self._home.mkdir()
        self._variables = {"PATH": f"{folder}/venv/bin:/usr/bin:/bin"}
        self._work = self._home
        self._user: dict[str, Any] = {}
        subprocess.run([python, "-m", "venv", folder / "venv"], check=True)

    def step(self, name: str, arguments: str) -> None:
        """Carries out an instruction of the Dockerfile. Raises CalledProcessError."""
        if name == "WORKDIR":
            self._work = Path(self._in_folder(arguments))
            self._work.mkdir(parents=True)
        elif name == "COPY":
            *sources, target = shlex.split(arguments)
            for source in sources:
                self._copy(ROOT / source, self._work / target)
        elif name == "ENV":
            pairs = (pair.partition("=") for pair in shlex.split(self._in_folder(arguments)))
            self._variables |= {key: value for key, _, value in pairs}
        elif name == "USER" and os.getuid() == 0:
            self._user = as_user(int(arguments))
        elif name == "RUN" and not arguments.startswith("useradd"):
            self.start(["sh", "-c", arguments], subprocess.check_call)

    def start(self, command: list[str], run: Any = subprocess.Popen) -> Any:
        """Runs a command as it would run in the image. run: a function of `subprocess`."""
        return run(command, cwd=self._work, env=self._variables, **self._user)

    def _in_folder(self, text: str) -> str:
        return text.replace(HOME, str(self._home))

    @staticmethod
    def _copy(source: Path, target: Path) -> None:
        if source.is_dir():
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, target, dirs_exist_ok=True, ignore=ignore)
        else:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)


def as_user(number: int) -> dict[str, Any]:
    """Options of `subprocess` that run a command as another user, which only root may."""
    return {"user": number, "group": number, "extra_groups": []}


def reason_against(python: str, user: int = USER) -> str:
    """Why the image's user cannot run this Python; empty if it can."""
    options = as_user(user) if os.getuid() == 0 else {}
    code = "import ensurepip, sys; sys.exit(sys.version_info < (3, 11))"
    try:
        done = subprocess.run([python, "-c", code], cwd="/", capture_output=True, **options)
    except OSError as error:
        reason = error.strerror
    else:
        if not done.returncode:
            return ""
        reason = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
    advice = "Name another one, as PYTHON=/usr/bin/python3"
    return f"user {user} cannot run {python} with venv and Python 3.11 ({reason}). {advice}"


def instructions() -> Iterator[tuple[str, str]]:
    """The name and the arguments of each instruction of the Dockerfile."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.M)
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip():
            name, _, arguments = line.partition(" ")
            yield name, arguments.strip()


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.tools.run_dockerfile", description=__doc__
    )
    parser.add_argument("--python", default=sys.executable, help="of the image's version")
    python = parser.parse_args(arguments).python
    if reason := reason_against(python):
        print(f"run_dockerfile: {reason}", file=sys.stderr)
        return 2
    arguments_of = dict(instructions())
    port = re.search(r"SERVER_PORT=(\d+)", arguments_of["ENV"])
    assert port, "expected SERVER_PORT in ENV, got none"
    check = json.loads(arguments_of["HEALTHCHECK"].partition("CMD ")[2])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # for user 1000
        image = Image(folder, python)
        for step in instructions():
            print(*step, flush=True)
            image.step(*step)
        server = image.start(json.loads(arguments_of["CMD"]))
        try:
            started = time.monotonic()
            while image.start(check, _status):
                if server.poll() is not None or time.monotonic() > started + START_SECONDS:
                    print("run_dockerfile: the server did not become healthy", file=sys.stderr)
                    return 1
            print(f"healthy after {time.monotonic() - started:.1f} s")
            text = _read(int(port[1]))
            memory = int(Path(f"/proc/{server.pid}/statm").read_text().split()[1])
            user = Path(f"/proc/{server.pid}").stat().st_uid
        finally:
            server.terminate()
            server.wait()
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    megabytes = memory * os.sysconf("SC_PAGE_SIZE") / 1e6
    print(f"read {text} as user {user}; {megabytes:.0f} MB of memory, {size / 1e6:.0f} MB of files")
    return 0 if text == "3" else 1


def _status(command: list[str], **options: Any) -> int:
    """The exit status of a check, whose output is of no use while the server starts."""
    return subprocess.call(command, stderr=subprocess.DEVNULL, **options)


def _read(port: int) -> str:
    """What the server reads of a 3."""
    body = json.dumps({"strokes": [stroke.tolist() for stroke in placed(3, 0, 0, 160)]}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/read", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        return str(json.load(response)["text"])


if __name__ == "__main__":
    sys.exit(main())
