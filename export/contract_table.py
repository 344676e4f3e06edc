"""The Markdown table of models/CONTRACT.md: properties that may change with each training."""

from collections.abc import Mapping
from typing import Any

from app import glyph
from train.evaluate.protocol import TEST
from train.evaluate.text_table import to_markdown


def contract(model: Mapping[str, Any]) -> str:
    """The table of the exported model. model: models/model.json."""
    metadata = model["metadata"]
    rows = [
        ["`contract`, `labels`", f"`{metadata['contract']}`, `{metadata['labels']}`"],
        ["`normal_form`", f"`{metadata['normal_form']}`"],
        ["side of a glyph, box of its ink, width of its pen", _lengths()],
        [
            "`temperature`, `threshold`, `doubt_threshold`",
            f"{metadata['temperature']}, {metadata['threshold']}, {metadata['doubt_threshold']}",
        ],
        ["`run`, SHA-256", f"`{metadata['run']}`, `{model['sha256'][:12]}…`"],
        ["inputs", _tensors(model["inputs"])],
        ["outputs", _tensors(model["outputs"])],
        ["ONNX operator set", str(model["opset"])],
        ["MNIST's test set, read correctly", f"{model['int8']['sets'][TEST]['accuracy']:.2f} %"],
    ]
    return to_markdown([["", "this model"], *rows])


def _lengths() -> str:
    return f"{glyph.SIDE}, {glyph.BOX} and {glyph.PEN} pixels"


def _tensors(tensors: list[dict[str, Any]]) -> str:
    """The names, types and shapes of tensors."""
    texts = []
    for tensor in tensors:
        shape = ", ".join("n" if side == "batch" else str(side) for side in tensor["shape"])
        texts.append(f"`{tensor['name']}` {tensor['dtype']} ({shape})")
    return "; ".join(texts)
