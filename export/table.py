"""Writes the tables of the READMEs from the figures in models/: `python -m export.table`.

README.md shows in short, and models/README.md in full, what export, export.seeds and
train.evaluate.served measured (model.json, seeds.json, served.json). models/README.md also shows
composed numbers, PP-OCR beside this project and corrections (numbers.json, peers.json, memory.json,
from train.evaluate.numbers, .peers and .corrections), how honest a number's confidence is
(reader.json, from export.reader_fit), the ablation (ablation.json, from train.ablation) and how
long the trainings took (trainings.json, which they write). deploy/README.md shows what serving
costs (bench.json and choices.json, from `make bench`, and bench_page.json, from `make bench-page`)
and withstands (load.json, fuzz.json, attack.json and guards.json, from `make load`, `make fuzz` and
`make attack`). models/CONTRACT.md shows model.json's metadata.

With --check nothing is written, and the exit status is 1 if a table in a file is out of date.
Needs no PyTorch.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from export import (
    accuracy_tables,
    attack_table,
    confidence_table,
    contract_table,
    served_tables,
    serving_tables,
    trainings_table,
)
from train.evaluate.text_table import replace_table
from train.files import write_atomically

COMMAND: Final = "python -m export.table"
MODELS: Final = Path("models")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare and write nothing")
    check = parser.parse_args(arguments).check
    status = 0
    for path, tables in tables_by_file().items():
        text = old = path.read_text(encoding="utf-8")
        for name, table in tables.items():
            text = replace_table(text, name, table, COMMAND)
        if text == old:
            continue
        if check:
            print(f"{path}: its tables differ from the figures in {MODELS}/", file=sys.stderr)
            status = 1
        else:
            write_atomically(path, text)
            print(f"wrote {path}")
    return status


def tables_by_file() -> dict[Path, dict[str, str]]:
    """Each file's tables in Markdown by the name that marks their place."""
    names = ("model", "served", "numbers", "bench")
    model, served, numbers, bench = (_figures(name) for name in names)
    trainings = {
        f"{name}-training": trainings_table.trainings(_figures("trainings").get(name, []))
        for name in ("model", "finder", "reader")
    }
    return {
        Path("README.md"): {"results": served_tables.summary(model, served, bench)},
        Path("models/README.md"): {
            "results": accuracy_tables.results(model, _figures("seeds")),
            "answers": served_tables.answers(served),
            "contributors": served_tables.contributors(model, served),
            "cross-fitted": served_tables.cross_fitted(model),
            "numbers": accuracy_tables.numbers(numbers),
            "peers": accuracy_tables.peers(_figures("peers")),
            "confidence": confidence_table.confidence(_figures("reader")),
            "readers": confidence_table.readers(_figures("reader")),
            "corrections": accuracy_tables.corrections(_figures("memory")),
            "ablation": accuracy_tables.ablation(_figures("ablation")),
            **trainings,
        },
        Path("models/CONTRACT.md"): {"contract": contract_table.contract(model)},
        Path("deploy/README.md"): {
            "costs": serving_tables.costs(bench, _figures("bench_page")),
            "networks": serving_tables.networks(bench),
            "load": serving_tables.load(_figures("load"), _figures("fuzz")),
            "attacks": attack_table.attacks(_figures("attack"), _figures("guards")),
            "choices": serving_tables.choices(_figures("choices")),
        },
    }


def _figures(name: str) -> dict[str, Any]:
    """The figures in a file of models/; empty if nothing has been measured yet."""
    path = MODELS / f"{name}.json"
    figures: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return figures


if __name__ == "__main__":
    sys.exit(main())
