"""The lock files hold the versions that the requirements name, each with its hashes."""

import re

import pytest

from tests.support.paths import ROOT

LOCKS = [
    ("tests/requirements.lock", ["requirements-app.txt", "tests/requirements.txt"]),
    ("requirements-train.lock", ["requirements-train.txt", "tests/requirements.txt"]),
    ("requirements-batch.lock", ["requirements-batch.txt", "tests/requirements.txt"]),
]


def named(path: str) -> dict[str, str]:
    """The exact versions in a requirements file, without extras and unpinned names."""
    text = (ROOT / path).read_text(encoding="utf-8")
    pairs = re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==([^\s;\\]+)", text, re.M)
    return {name.lower().replace("_", "-"): version for name, version in pairs}


@pytest.mark.parametrize("lock, sources", LOCKS)
def test_a_lock_holds_what_is_required(lock: str, sources: list[str]) -> None:
    locked = named(lock)
    for source in sources:
        assert named(source).items() <= locked.items(), f"{source}: run `make lock`"


@pytest.mark.parametrize("lock", [lock for lock, _ in LOCKS])
def test_every_environment_reads_with_the_deployed_versions(lock: str) -> None:
    deployed = named("requirements-app.lock")
    shared = named(lock).keys() & deployed.keys()
    assert {"numpy", "onnxruntime", "opencv-python-headless"} <= shared
    assert {name: named(lock)[name] for name in shared} == {name: deployed[name] for name in shared}


@pytest.mark.parametrize("lock", [lock for lock, _ in LOCKS])
def test_everything_has_a_hash(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = re.findall(r"^[\w.-]+==.*\\\n +--hash=sha256:[0-9a-f]{64}", text, re.M)
    assert len(entries) == len(re.findall(r"^[^#\s]", text, re.M))
