"""Puts this repository on a Hugging Face Space: `make deploy SPACE=owner/name [DRY=1]`.

Uploads what the image is built from, and nothing else; --dry lists it and uploads nothing. Needs
`pip install huggingface_hub` and a token that may write (`hf auth login`, or HF_TOKEN). The Space
is made where it is missing. Files on the Space that are none of these are deleted.
"""

import argparse
import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
# Beside what the Dockerfile copies: the image's recipe, the Space's card, its pictures and what
# it and the model card link to.
BESIDE: Final = (
    *("Dockerfile", ".dockerignore", "README.md", "LICENSE", "SECURITY.md", "deploy/README.md"),
    *("app/images", "models/images"),
)
LEFT_OUT: Final = ("__pycache__", ".DS_Store")
LARGEST: Final = 10_000_000  # bytes; from there on a Space wants Git LFS, and this needs none
# One proxy stands before a Space, and tells it who asks.
VARIABLES: Final = {"DIGITS_PROXIES": "1"}


class NotDeployable(RuntimeError):
    """Files that cannot go; the message says which."""


def copied(dockerfile: str) -> list[str]:
    """What the COPY lines of a Dockerfile take from the repository."""
    sources = []
    for line in re.sub(r"\\\n", " ", dockerfile).splitlines():
        if line.startswith("COPY "):
            words = [word for word in shlex.split(line)[1:] if not word.startswith("--")]
            sources += words[:-1]
    return sources


def files(root: Path = ROOT) -> list[str]:
    """The paths that go, sorted, from the root. Raises NotDeployable."""
    sources = [*copied((root / "Dockerfile").read_text(encoding="utf-8")), *BESIDE]
    found = sorted({one.relative_to(root).as_posix() for one in _expanded(root, sources)})
    large = [path for path in found if (root / path).stat().st_size > LARGEST]
    if large:
        raise NotDeployable(f"expected files of at most {LARGEST:,} bytes, came {large}")
    return found


def _expanded(root: Path, sources: Sequence[str]) -> Iterator[Path]:
    for source in sources:
        path = root / source
        if path.is_dir():
            inside = (one for one in path.rglob("*") if one.is_file())
            yield from (one for one in inside if not set(one.parts) & set(LEFT_OUT))
        elif path.is_file():
            yield path
        else:
            raise NotDeployable(f"expected {source}, which the image needs, came none")


def upload(space: str, paths: Sequence[str], root: Path = ROOT) -> str:
    """Makes the Space hold exactly these files. Returns its address."""
    from huggingface_hub import HfApi  # an optional tool, so not needed by a dry run

    api = HfApi()
    api.create_repo(space, repo_type="space", space_sdk="docker", exist_ok=True)
    for name, value in VARIABLES.items():
        api.add_space_variable(space, name, value)
    api.upload_folder(
        repo_id=space,
        repo_type="space",
        folder_path=root,
        allow_patterns=list(paths),
        delete_patterns="*",
        commit_message="Deploy",
    )
    return f"https://huggingface.co/spaces/{space}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="deploy/space.py", description=__doc__)
    parser.add_argument("space", metavar="OWNER/NAME", help="the Space")
    parser.add_argument("--dry", action="store_true", help="list what would go, upload nothing")
    command = parser.parse_args(arguments)
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", command.space):
        print(f"deploy: expected SPACE=owner/name, came {command.space!r}", file=sys.stderr)
        return 2
    try:
        paths = files()
        if command.dry:
            for path in paths:
                print(f"{(ROOT / path).stat().st_size:>9,}  {path}")
            print(f"would go to https://huggingface.co/spaces/{command.space}")
        else:
            print(upload(command.space, paths))
    except NotDeployable as error:
        print(f"deploy: {error}", file=sys.stderr)
        return 1
    except ImportError:
        print("deploy: expected huggingface_hub: pip install huggingface_hub", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
