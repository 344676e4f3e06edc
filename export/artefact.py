"""Writes the result of an export: a graph, and a description with its hash and figures."""

import hashlib
import json
from pathlib import Path
from typing import Any

from torch import nn

from train.files import write_atomically


def publish(
    output: Path, name: str, content: bytes, network: nn.Module, details: dict[str, Any]
) -> None:
    """Writes NAME.onnx and NAME.json into the output folder. details: added to the description."""
    description = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        **details,
        "command": f"python -m export.{name}",
    }
    graph, text = output / f"{name}.onnx", output / f"{name}.json"
    write_atomically(graph, content)
    write_atomically(text, json.dumps(description, indent=2) + "\n")
    print(f"wrote {graph}, {len(content):,} bytes, and {text}")
