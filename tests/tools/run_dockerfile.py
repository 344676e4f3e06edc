"""Replays the Dockerfile where there is no Docker: `make image`, two minutes and 400 MB.

Its steps run in an empty folder with an empty environment, at last as user 1000 where this is run
by root. A fresh virtual environment stands for the base image; --python says of which Python, which
user 1000 must be able to run. What then serves must pass the health check and read a digit; how
large it is, and its memory, is printed.
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
START: Final = 60  # seconds until it must be well


class Image:
    """A folder with what the image would hold, and how its commands run."""

    def __init__(self, folder: Path, python: str) -> None:
        self._home = folder / "home"
        self._home.mkdir()
        self._variables = {"PATH": f"{folder}/venv/bin:/usr/bin:/bin"}
        self._work = self._home
        self._user: dict[str, Any] = {}
        subprocess.run([python, "-m", "venv", folder / "venv"], check=True)

    def step(self, name: str, words: str) -> None:
        """Does what an instruction of the Dockerfile says. Raises CalledProcessError."""
        if name == "WORKDIR":
            self._work = Path(self._here(words))
            self._work.mkdir(parents=True)
        elif name == "COPY":
            *sources, target = shlex.split(words)
            for source in sources:
                self._copy(ROOT / source, self._work / target)
        elif name == "ENV":
            pairs = (pair.partition("=") for pair in shlex.split(self._here(words)))
            self._variables |= {key: value for key, _, value in pairs}
        elif name == "USER" and os.getuid() == 0:
            self._user = {"user": int(words), "group": int(words), "extra_groups": []}
        elif name == "RUN" and not words.startswith("useradd"):
            self.start(["sh", "-c", words], subprocess.check_call)

    def start(self, command: list[str], how: Any = subprocess.Popen) -> Any:
        """Runs a command as it would run in the image."""
        return how(command, cwd=self._work, env=self._variables, **self._user)

    def _here(self, words: str) -> str:
        return words.replace(HOME, str(self._home))

    @staticmethod
    def _copy(source: Path, target: Path) -> None:
        if source.is_dir():
            left_out = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, target, dirs_exist_ok=True, ignore=left_out)
        else:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)


def instructions() -> Iterator[tuple[str, str]]:
    """The Dockerfile's, each with what follows its name."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.M)
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip():
            name, _, words = line.partition(" ")
            yield name, words.strip()


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.tools.run_dockerfile", description=__doc__
    )
    parser.add_argument("--python", default="/usr/bin/python3", help="of the image's version")
    python = parser.parse_args(arguments).python
    found = dict(instructions())
    port = re.search(r"SERVER_PORT=(\d+)", found["ENV"])
    assert port, "expected a port among the variables"
    check = json.loads(found["HEALTHCHECK"].partition("CMD ")[2])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # for user 1000
        image = Image(folder, python)
        for step in instructions():
            print(*step, flush=True)
            image.step(*step)
        server = image.start(json.loads(found["CMD"]))
        try:
            started = time.monotonic()
            while image.start(check, subprocess.call):
                if server.poll() is not None or time.monotonic() > started + START:
                    print("replay: expected a server that is well, came none", file=sys.stderr)
                    return 1
            print(f"well after {time.monotonic() - started:.1f} s")
            text = _read(int(port[1]))
            memory = int(Path(f"/proc/{server.pid}/statm").read_text().split()[1])
            user = Path(f"/proc/{server.pid}").stat().st_uid
        finally:
            server.terminate()
            server.wait()
        size = sum(one.stat().st_size for one in folder.rglob("*") if one.is_file())
    megabytes = memory * os.sysconf("SC_PAGE_SIZE") / 1e6
    print(f"read {text} as user {user}; {megabytes:.0f} MB of memory, {size / 1e6:.0f} MB of files")
    return 0 if text == "3" else 1


def _read(port: int) -> str:
    """What the server reads of a 3."""
    body = json.dumps({"strokes": [stroke.tolist() for stroke in placed(3, 0, 0, 160)]}).encode()
    question = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/read", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(question, timeout=30) as answer:
        return str(json.load(answer)["text"])


if __name__ == "__main__":
    sys.exit(main())
