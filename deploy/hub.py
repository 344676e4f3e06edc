"""Publishes the models on the Hugging Face Hub: `make publish MODEL=owner/name [DRY=1]`.

Uploads what is needed to use the networks alone: the ONNX files with their figures, the contract,
and the model card with the Hub's metadata, whose figures come from model.json. --dry lists the
files and prints the metadata, and uploads nothing. Needs `pip install huggingface_hub` and a token
with write access (`hf auth login`, or HF_TOKEN). A missing repository is created.
"""

import argparse
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

MODELS: Final = Path(__file__).resolve().parent.parent / "models"
FILES: Final = (
    "model.onnx",
    "model.json",
    "finder.onnx",
    "finder.json",
    "reader.onnx",
    "reader.json",
    "CONTRACT.md",
)
CARD: Final = "README.md"
IMAGES: Final = "images"
DATASETS: Final = {"MNIST test": ("MNIST", "ylecun/mnist")}  # of model.json: name, id on the Hub


def metadata(model: dict[str, Any]) -> dict[str, Any]:
    """The Hub's metadata of a model. model: model.json.

    https://huggingface.co/docs/hub/model-cards#model-card-metadata
    """
    results = [
        {
            "task": {"type": "image-classification"},
            "dataset": {"name": name, "type": dataset, "split": "test"},
            "metrics": [
                {"type": "accuracy", "value": model["int8"]["sets"][key]["accuracy"] / 100}
            ],
        }
        for key, (name, dataset) in DATASETS.items()
    ]
    return {
        "license": "mit",
        "library_name": "onnx",
        "pipeline_tag": "image-classification",
        "tags": ["handwriting", "digits", "int8", "onnxruntime"],
        "datasets": [dataset for _, dataset in DATASETS.values()],
        "metrics": ["accuracy"],
        "model-index": [{"name": f"digits {model['metadata']['run']}", "results": results}],
    }


def front_matter(models: Path = MODELS) -> str:
    """The metadata as the card's head. JSON is YAML too, so that no package is needed."""
    fields = metadata(json.loads((models / "model.json").read_bytes()))
    lines = [f"{name}: {json.dumps(round_floats(value))}" for name, value in fields.items()]
    return "\n".join(["---", *lines, "---", "", ""])


def round_floats(value: Any) -> Any:
    """Shares with six decimals, in lists and objects."""
    if isinstance(value, dict):
        return {key: round_floats(each) for key, each in value.items()}
    if isinstance(value, list):
        return [round_floats(each) for each in value]
    return round(value, 6) if isinstance(value, float) else value


def stage(folder: Path, models: Path = MODELS) -> list[str]:
    """Puts what is published into a folder. Returns its paths; raises OSError."""
    for name in FILES:
        shutil.copyfile(models / name, folder / name)
    shutil.copytree(models / IMAGES, folder / IMAGES)
    card = front_matter(models) + (models / CARD).read_text(encoding="utf-8")
    (folder / CARD).write_text(card, encoding="utf-8")
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="deploy/hub.py", description=__doc__)
    parser.add_argument("repository", metavar="OWNER/NAME", help="the model's repository")
    parser.add_argument("--dry", action="store_true", help="list the files, upload nothing")
    command = parser.parse_args(arguments)
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", command.repository):
        print(f"publish: expected MODEL=owner/name, got {command.repository!r}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            paths = stage(folder)
        except OSError as error:
            print(f"publish: {error}", file=sys.stderr)
            return 1
        if command.dry:
            print(front_matter(), end="")
            for path in paths:
                print(f"{(folder / path).stat().st_size:>9,}  {path}")
            print(f"would upload to https://huggingface.co/{command.repository}")
            return 0
        return _upload(command.repository, folder)


def _upload(repository: str, folder: Path) -> int:
    try:
        from huggingface_hub import HfApi  # an optional tool, so not needed by a dry run
    except ImportError:
        message = "huggingface_hub is not installed: pip install huggingface_hub"
        print(f"publish: {message}", file=sys.stderr)
        return 1
    api = HfApi()
    api.create_repo(repository, repo_type="model", exist_ok=True)
    api.upload_folder(repo_id=repository, folder_path=str(folder), commit_message="Publish")
    print(f"https://huggingface.co/{repository}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
