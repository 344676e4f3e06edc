"""What is published on the Hub: the networks, and a card whose figures are those of model.json."""

import json
import sys
import types
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy import hub
from tests.support.paths import ROOT

MODEL = json.loads((ROOT / "models" / "model.json").read_bytes())


def test_the_card_has_the_hubs_metadata_with_the_models_figures() -> None:
    text = hub.front_matter()
    assert text.startswith("---\n")
    card = yaml.safe_load(text.split("---\n")[1])
    assert card["license"] == "mit"
    assert card["datasets"] == ["ylecun/mnist"]
    assert card["metrics"] == ["accuracy"]
    (index,) = card["model-index"]
    assert MODEL["metadata"]["run"] in index["name"]
    (result,) = index["results"]
    assert result["task"]["type"] == card["pipeline_tag"] == "image-classification"
    (metric,) = result["metrics"]
    stated = MODEL["int8"]["sets"]["MNIST test"]["accuracy"] / 100
    assert metric == {"type": "accuracy", "value": pytest.approx(stated)}


def test_a_dry_run_lists_the_files_without_the_hub(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    assert hub.main(["owner/name", "--dry"]) == 0
    out = capsys.readouterr().out
    assert "model-index" in out
    for name in (
        "model.onnx",
        "model.json",
        "finder.onnx",
        "reader.onnx",
        "CONTRACT.md",
        "README.md",
    ):
        assert f"  {name}\n" in out
    assert ".pth" not in out
    assert "would upload to https://huggingface.co/owner/name" in out
    assert hub.main(["owner/name"]) == 1
    assert "pip install huggingface_hub" in capsys.readouterr().err
    assert hub.main(["no-owner"]) == 2


def test_the_upload_has_the_files_and_the_card(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: dict[str, Any] = {}

    class HfApi:
        def create_repo(self, repository: str, **options: Any) -> None:
            calls["create"] = (repository, options)

        def upload_folder(self, folder_path: str, **options: Any) -> None:
            folder = Path(folder_path)
            calls["card"] = (folder / "README.md").read_text(encoding="utf-8")
            calls["model"] = (folder / "model.onnx").read_bytes()
            calls["upload"] = options

    module = types.ModuleType("huggingface_hub")
    module.HfApi = HfApi  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "huggingface_hub", module)
    assert hub.main(["owner/name"]) == 0
    assert calls["create"] == ("owner/name", {"repo_type": "model", "exist_ok": True})
    assert calls["upload"]["repo_id"] == "owner/name"
    assert calls["card"].startswith("---\nlicense:")
    assert "# Model card" in calls["card"]
    assert calls["model"] == (ROOT / "models" / "model.onnx").read_bytes()


def test_a_missing_file_stops_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(hub.stage, "__defaults__", (tmp_path,))
    assert hub.main(["owner/name", "--dry"]) == 1
    assert "model.onnx" in capsys.readouterr().err
