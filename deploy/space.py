"""Puts this repository on a Hugging Face Space: `make deploy SPACE=owner/name [DRY=1]`.

Uploads what the image is built from, and nothing else; --dry lists it and uploads nothing. The
README gets the front matter that makes it the Space's card. Needs `pip install huggingface_hub`
and a token with write access (`hf auth login`, or HF_TOKEN). A missing Space is created. Files on
the Space that are not in the list are deleted.
"""

import argparse
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
# https://huggingface.co/docs/hub/spaces-config-reference
CARD: Final = """---
title: Handwritten digits
emoji: ✍️
colorFrom: blue
colorTo: indigo
sdk: docker
app_port: 7860
license: mit
short_description: Reads handwritten digits while you draw, on a CPU
---

"""
# Uploaded besides what the Dockerfile copies: the image's recipe, the Space's card and pictures,
# and the files that the two cards link to.
BESIDE: Final = (
    *("Dockerfile", ".dockerignore", "README.md", "LICENSE", "SECURITY.md", "deploy/README.md"),
    "CONTRIBUTING.md",
    *("app/images", "models/images"),
)
EXCLUDED: Final = ("__pycache__", ".DS_Store")
MAX_BYTES: Final = 10_000_000  # of a file; a Space wants larger ones in Git LFS
# One proxy stands in front of a Space and names the client in X-Forwarded-For.
VARIABLES: Final = {"DIGITS_PROXIES": "1"}


class NotDeployable(RuntimeError):
    """Files are missing or too large; the message says which."""


def copied(dockerfile: str) -> list[str]:
    """The paths that the COPY lines of a Dockerfile take from the repository."""
    sources = []
    for line in re.sub(r"\\\n", " ", dockerfile).splitlines():
        if line.startswith("COPY "):
            words = [word for word in shlex.split(line)[1:] if not word.startswith("--")]
            sources += words[:-1]
    return sources


def files(root: Path = ROOT) -> list[str]:
    """The paths to upload, sorted, relative to the root. Raises NotDeployable."""
    sources = [*copied((root / "Dockerfile").read_text(encoding="utf-8")), *BESIDE]
    paths = sorted({path.relative_to(root).as_posix() for path in _expanded(root, sources)})
    large = [path for path in paths if (root / path).stat().st_size > MAX_BYTES]
    if large:
        raise NotDeployable(f"expected files of at most {MAX_BYTES:,} bytes, got {large}")
    return paths


def _expanded(root: Path, sources: Sequence[str]) -> Iterator[Path]:
    for source in sources:
        path = root / source
        if path.is_dir():
            inside = (file for file in path.rglob("*") if file.is_file())
            yield from (file for file in inside if not set(file.parts) & set(EXCLUDED))
        elif path.is_file():
            yield path
        else:
            raise NotDeployable(f"expected {source}, which the image needs, got no such file")


def upload(space: str, paths: Sequence[str], root: Path = ROOT) -> str:
    """Makes the Space hold exactly these files, the card in the README. Returns its address."""
    from huggingface_hub import HfApi  # an optional tool, so not needed by a dry run

    api = HfApi()
    api.create_repo(space, repo_type="space", space_sdk="docker", exist_ok=True)
    for name, value in VARIABLES.items():
        api.add_space_variable(space, name, value)
    with tempfile.TemporaryDirectory() as folder:
        stage(paths, Path(folder), root)
        api.upload_folder(
            repo_id=space,
            repo_type="space",
            folder_path=folder,
            delete_patterns="*",
            commit_message="Deploy",
        )
    return f"https://huggingface.co/spaces/{space}"


def stage(paths: Sequence[str], folder: Path, root: Path = ROOT) -> None:
    """Copies the files into a folder, and puts the Space's card into the README there."""
    for path in paths:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / path, target)
    readme = folder / "README.md"
    readme.write_text(CARD + readme.read_text(encoding="utf-8"), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="deploy/space.py", description=__doc__)
    parser.add_argument("space", metavar="OWNER/NAME", help="the Space")
    parser.add_argument("--dry", action="store_true", help="list the files, upload nothing")
    command = parser.parse_args(arguments)
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", command.space):
        print(f"deploy: expected SPACE=owner/name, got {command.space!r}", file=sys.stderr)
        return 2
    try:
        paths = files()
        if command.dry:
            for path in paths:
                print(f"{(ROOT / path).stat().st_size:>9,}  {path}")
            print(f"would upload to https://huggingface.co/spaces/{command.space}")
        else:
            print(upload(command.space, paths))
    except NotDeployable as error:
        print(f"deploy: {error}", file=sys.stderr)
        return 1
    except ImportError:
        print(
            "deploy: huggingface_hub is not installed: pip install huggingface_hub", file=sys.stderr
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
