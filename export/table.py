"""Writes the results table of the READMEs from models/model.json: `python -m export.table`.

With --check nothing is written, and the exit status is 1 where a file's table is another.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

FILES: Final = (Path("README.md"), Path("models/README.md"))
BEGIN: Final = "<!-- results: written by python -m export.table -->"
END: Final = "<!-- /results -->"
NAMES: Final = {
    "mnist_test": "MNIST test",
    "mnist_validation": "MNIST validation",
    "pen_validation": "pen strokes of six writers held back",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m export.table", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare")
    check = parser.parse_args(arguments).check
    wanted = table(json.loads(Path("models/model.json").read_text()))
    status = 0
    for path in FILES:
        old = path.read_text()
        new = replace(old, wanted)
        if new == old:
            continue
        if check:
            print(f"{path}: its table is not that of models/model.json", file=sys.stderr)
            status = 1
            continue
        part = path.with_name(path.name + ".part")
        part.write_text(new)
        os.replace(part, path)
        print(f"wrote {path}")
    return status


def table(model: dict[str, Any]) -> str:
    """The table in Markdown: a row a set, accuracy and errors of fp32 and int8."""
    rows = ["| set | digits | int8 | int8 errors | fp32 | fp32 errors |"]
    rows.append("| --- | ---: | ---: | ---: | ---: | ---: |")
    for key, name in NAMES.items():
        result = model["accuracy"][key]
        cells = [name, f"{result['n']:,}"]
        for kind in ("int8", "fp32"):
            cells += [f"{result[kind]['accuracy']:.2f} %", str(result[kind]["errors"])]
        rows.append("| " + " | ".join(cells) + " |")
    size = f"{model['parameters']:,} parameters, {model['bytes']:,} bytes"
    return "\n".join([*rows, "", f"One network of {size}, seed {model['config']['seed']}."])


def replace(text: str, wanted: str) -> str:
    """The text with another table between its marks. Raises ValueError without marks."""
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError(f"expected one {BEGIN} and one {END}")
    head, rest = text.split(BEGIN)
    _, tail = rest.split(END)
    return f"{head}{BEGIN}\n{wanted}\n{END}{tail}"


if __name__ == "__main__":
    sys.exit(main())
