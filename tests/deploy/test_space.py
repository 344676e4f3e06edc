"""Which files are uploaded to a Hugging Face Space, and the card that it gets."""

import json
import sys
import types
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy import space
from tests.support.paths import ROOT
from tests.tools.image_files import (
    image_files,
)

ONE = json.dumps({"strokes": [[[50, 10], [49, 40], [48, 90]]]})


def front_matter() -> dict[str, Any]:
    card: dict[str, Any] = yaml.safe_load(space.CARD.split("---\n")[1])
    return card


def test_the_space_has_its_card() -> None:
    card = front_matter()
    assert (card["sdk"], card["license"]) == ("docker", "mit")
    assert card["title"]
    assert card["emoji"]
    assert len(card["short_description"]) <= 60  # the Hub refuses longer ones


def test_what_goes_to_the_space() -> None:
    listed = set(space.files())
    assert image_files() <= listed
    beside = {"Dockerfile", ".dockerignore", "README.md", "LICENSE"}
    linked = {"SECURITY.md", "CONTRIBUTING.md", "deploy/README.md"}
    assert beside | linked <= listed
    extra = listed - image_files() - beside - linked
    assert all(path.startswith(("app/images/", "models/images/")) for path in extra)
    assert not [path for path in listed if path.endswith((".pth", ".pyc", ".gz", ".ipynb"))]
    assert sum((ROOT / path).stat().st_size for path in listed) < 10_000_000


def test_a_missing_or_large_file_stops_the_deployment(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("COPY a.bin \\\n  /x/\n")
    with pytest.raises(space.NotDeployable, match=r"expected a\.bin"):
        space.files(tmp_path)
    pictures = [f"{folder}/images/x.png" for folder in ("app", "models")]
    texts = [".dockerignore", "README.md", "LICENSE", "SECURITY.md", "CONTRIBUTING.md"]
    texts += ["deploy/README.md"]
    for name in ("a.bin", *texts, *pictures):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    assert "a.bin" in space.files(tmp_path)
    (tmp_path / "a.bin").write_bytes(b"\x00" * 10_000_001)
    with pytest.raises(space.NotDeployable, match=r"10,000,000 bytes, got \['a.bin'\]"):
        space.files(tmp_path)


def test_a_dry_run_lists_the_files_without_the_hub(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    assert space.main(["owner/name", "--dry"]) == 0
    out = capsys.readouterr().out
    assert "app/server.py" in out
    assert "would upload to https://huggingface.co/spaces/owner/name" in out
    assert space.main(["owner/name"]) == 1
    assert "pip install huggingface_hub" in capsys.readouterr().err
    assert space.main(["no-owner"]) == 2


def test_the_upload_makes_the_space_hold_exactly_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: dict[str, Any] = {}

    class HfApi:
        def create_repo(self, repo: str, **options: Any) -> None:
            calls["create"] = (repo, options)

        def add_space_variable(self, repo: str, key: str, value: str) -> None:
            calls[key] = (repo, value)

        def upload_folder(self, folder_path: str, **options: Any) -> None:
            files = [file for file in Path(folder_path).rglob("*") if file.is_file()]
            calls["paths"] = sorted(file.relative_to(folder_path).as_posix() for file in files)
            calls["README"] = (Path(folder_path) / "README.md").read_text(encoding="utf-8")
            calls["upload"] = options

    hub = types.ModuleType("huggingface_hub")
    hub.HfApi = HfApi  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "huggingface_hub", hub)
    assert space.main(["owner/name"]) == 0
    options = {"repo_type": "space", "space_sdk": "docker", "exist_ok": True}
    assert calls["create"] == ("owner/name", options)
    assert calls["DIGITS_PROXIES"] == ("owner/name", "1")
    assert calls["paths"] == space.files()
    assert calls["README"] == space.CARD + (ROOT / "README.md").read_text(encoding="utf-8")
    assert not (ROOT / "README.md").read_text(encoding="utf-8").startswith("---")
    assert calls["upload"]["delete_patterns"] == "*"
