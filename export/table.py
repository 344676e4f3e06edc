"""Writes the READMEs' tables from the figures in models/: `python -m export.table`.

Accuracies come from model.json and seeds.json, whole numbers and corrections from numbers.json
and memory.json (train.evaluate.numbers, train.evaluate.corrections), what the data is worth from
ablation.json (train.ablation), what serving costs from bench.json and choices.json (make bench),
and what it stood from load.json (make load) and fuzz.json (make fuzz).

With --check nothing is written, and the exit status is 1 where a file's table is another.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, stdev
from typing import Any, Final

from train.ablation import table as ablation_table

Marks = tuple[str, str]  # what stands before and after a table


def _marks(name: str) -> Marks:
    return f"<!-- {name}: written by python -m export.table -->", f"<!-- /{name} -->"


RESULTS: Final = _marks("results")
NUMBERS: Final = _marks("numbers")
ABLATION: Final = _marks("ablation")
COSTS: Final = _marks("costs")
CHOICES: Final = _marks("choices")
HELD: Final = _marks("held")
FILES: Final = {
    Path("README.md"): (RESULTS, NUMBERS, COSTS),
    Path("models/README.md"): (RESULTS, NUMBERS, ABLATION),
    Path("deploy/README.md"): (HELD, CHOICES),
}
SETS: Final = {
    "MNIST test": "MNIST test",
    "MNIST validation": "MNIST validation",
    "pen ink": "ink of six writers held back",
    "photographed ink": "the same ink, photographed on paper (rendered)",
    "photographed MNIST": "MNIST validation, photographed on paper (rendered)",
}
MEANS: Final = {
    "MNIST-C's 15": "15 corruptions of MNIST validation, as in MNIST-C, mean",
    "all corruptions": "these and six more, mean",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m export.table", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare")
    check = parser.parse_args(arguments).check
    wanted = {
        RESULTS: table(_figures("model"), _figures("seeds")),
        NUMBERS: numbers_table(_figures("numbers"), _figures("memory")),
        ABLATION: ablation_table(_figures("ablation")),
        COSTS: costs_table(_figures("bench")),
        HELD: held_table(_figures("load"), _figures("fuzz")),
        CHOICES: choices_table(_figures("choices")),
    }
    status = 0
    for path, tables in FILES.items():
        old = new = path.read_text()
        for marks in tables:
            new = replace(new, wanted[marks], marks)
        if new == old:
            continue
        if check:
            print(f"{path}: its tables are not those of models/*.json", file=sys.stderr)
            status = 1
            continue
        part = path.with_name(path.name + ".part")
        part.write_text(new)
        os.replace(part, path)
        print(f"wrote {path}")
    return status


def table(model: dict[str, Any], by_seed: dict[str, Any]) -> str:
    """The table in Markdown: a row a figure; int8 and fp32, and int8 over seeds where known."""
    kinds = [rows(model[kind]) for kind in ("int8", "fp32")]
    seeds = [rows(one) for one in by_seed.values()]
    heads = ["", "n", "int8", "fp32"] + ([f"{len(seeds)} seeds, int8"] if seeds else [])
    lines = ["| " + " | ".join(heads) + " |", "| --- " + "| ---: " * (len(heads) - 1) + "|"]
    for name, (count, _, form) in kinds[0].items():
        cells = [name, f"{count:,}", *(form.format(one[name][1]) for one in kinds)]
        if seeds:
            values = [one[name][1] for one in seeds]
            cells.append(f"{form.format(mean(values))} ± {form.format(stdev(values))}")
        lines.append("| " + " | ".join(cells) + " |")
    size = f"{model['parameters']:,} parameters, {model['bytes']:,} bytes"
    shipped = f"int8 and fp32: one network of {size}, seed {model['config']['seed']}."
    if seeds:
        shipped += f" The last column: mean and standard deviation of seeds {', '.join(by_seed)}."
    return "\n".join([*lines, "", shipped])


def rows(figures: dict[str, Any]) -> dict[str, tuple[int, float, str]]:
    """What is told of one network: count, value and its format, by name."""
    sets, found = figures["sets"], {}
    for key, name in SETS.items():
        if key in sets:
            found[name] = (sets[key]["n"], sets[key]["accuracy"], "{:.2f} %")
    for key, name in MEANS.items():
        if key in figures.get("mean_accuracy", {}):
            count = sets["MNIST validation"]["n"]
            found[name] = (count, figures["mean_accuracy"][key], "{:.2f} %")
    for key, one in figures.get("not_a_digit", {}).get("sets", {}).items():
        share = f"no digit: {key}, refused where 0.5 % of digits are"
        found[share] = (one["n"], one["refused"], "{:.1f} %")
        found[f"no digit: {key}, AUROC"] = (one["n"], one["auroc"], "{:.4f}")
    for key in ("MNIST validation", "pen ink"):
        error = 100 * sets[key]["expected_calibration_error"]
        found[f"expected calibration error, {key}"] = (sets[key]["n"], error, "{:.2f} %")
    return found


def numbers_table(numbers: dict[str, Any], memory: dict[str, Any]) -> str:
    """The tables of whole numbers and of corrections in Markdown."""
    lines = [
        "| whole numbers of held-back writers | n | exact | right count | median time |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name, one in numbers.get("sets", {}).items():
        shares = f"{one['exact']:.1f} % | {one['right_length']:.1f} %"
        lines.append(f"| {name} | {one['numbers']:,} | {shares} | {one['median_ms']:.1f} ms |")
    counts = " | ".join(str(count) for count in memory.get("corrections", []))
    lines += ["", f"| corrections of a digit in one visit | {counts} |"]
    lines.append("| --- " + "| ---: " * len(memory.get("corrections", [])) + "|")
    told = {
        "misread": "misread drawings of that digit, still misread",
        "others": "the writer's other drawings, misread because of it",
    }
    for key, name in told.items():
        shares = " | ".join(f"{share:.2f} %" for share in memory.get(key, []))
        lines.append(f"| {name} | {shares} |")
    return "\n".join(lines)


def costs_table(bench: dict[str, Any]) -> str:
    """What tests.benchmarks.serving measured, in Markdown; nothing before it has."""
    if not bench:
        return "Not measured yet: `make bench`."
    strokes, batch, server = (bench[name] for name in ("strokes to reading", "batch", "server"))
    picture, visit = bench["picture"], bench["sessions"]
    told = [  # what, measured, the goal
        ("strokes to reading, one digit", f"{strokes['one digit']:.0f} µs", "300 µs"),
        ("strokes to reading, six digits", f"{strokes['six digits'] / 1000:.1f} ms", ""),
        (
            f"{batch['glyphs']:,} glyphs at once, two threads",
            f"{batch['2 threads']:,} a second",
            "80,000",
        ),
        ("a picture of a sheet of 100 digits", f"{picture['sheet of 100 digits']} ms", ""),
        ("why a digit was read so", f"{picture['why']:.0f} ms", ""),
        (
            "import, load and first reading, a fresh process",
            f"{bench['first reading']['median']} ms",
            "350 ms",
        ),
        ("server start to all of the first page", f"{server['start s']:.1f} s", "3 s"),
        ("server's memory after 100 readings", f"{server['memory MB']} MB", "200 MB"),
        ("each further visitor", f"{visit['MB each']:.1f} MB", "2 MB"),
        (
            f"`POST /api/read`, strokes, {server['connections']} connections",
            f"{server['readings/s']:,} a second, p99 {server['p99 ms']:.0f} ms",
            "1,500, 50 ms",
        ),
    ]
    return "\n".join(
        [
            "| what | | goal |",
            "| --- | ---: | ---: |",
            *(f"| {' | '.join(row)} |" for row in told),
            "",
            *_field(bench["models"]),
            "",
            f"Measured by `make bench` on {_machine(bench)}; medians. One core serves the API.",
        ]
    )


def held_table(load: dict[str, Any], fuzz: dict[str, Any]) -> str:
    """What the server stood, as tests.benchmarks.load and tests.fuzz measured it, in Markdown."""
    commands = {
        "`make load`": "load" in load,
        "`python -m tests.benchmarks.load --soak 3600`": "soak" in load,
        "`make fuzz`": bool(fuzz),
    }
    if missing := [command for command, there in commands.items() if not there]:
        return f"Not measured yet: {', '.join(missing)}."
    visit, soak = load["load"], load["soak"]
    wrong = [len(one["errors"]) + len(one["wrong"]) for one in (visit, soak)]
    programs = f"{visit['a second']:.0f} programs' readings a second"
    strokes = [f"{visit[f'stroke to reading, {which} s']:.2f} s" for which in ("median", "p95")]
    told = {
        f"{visit['visitors']} visitors, {visit['of them in Chromium']} of them in Chromium, and"
        f" {programs}, {visit['seconds']:.0f} s": (
            f"{visit['strokes']:,} strokes, {visit['readings by programs']:,} readings,"
            f" {wrong[0]} errors or mix-ups"
        ),
        "stroke to reading, median and p95": ", ".join(strokes),
        "mouse-up to reading in Chromium, p95": (
            f"{visit['mouse-up to reading in Chromium, p95 s']:.2f} s"
        ),
        "programs' question to reading meanwhile, median and p99": (
            f"{visit['program median ms']:.0f} ms, {visit['program p99 ms']:.0f} ms"
        ),
        "memory before, at most, after all have left": (
            f"{visit['memory before MB']}, {visit['memory at most MB']},"
            f" {visit['memory after MB']} MB"
        ),
        "its slope after all have left": f"{visit['slope at rest MB/min']} MB a minute",
        f"{soak['a second']:.0f} readings a second for {soak['seconds'] / 60:.0f} minutes": (
            f"{soak['readings']:,} readings, {wrong[1]} errors, p99 {soak['p99 ms']:.0f} ms,"
            f" {soak['slope MB/h']} MB an hour"
        ),
        f"{fuzz['cases']:,} broken strokes, pictures and requests": (
            f"{fuzz.get('refused', 0):,} refused, {fuzz.get('read', 0):,} read,"
            f" {fuzz['failed']} failed; {fuzz['slowest s']:.1f} s and"
            f" {fuzz['largest MB']:.0f} MB at most"
        ),
    }
    lines = [f"| {what} | {found} |" for what, found in told.items()]
    return "\n".join(["| what | |", "| --- | ---: |", *lines, "", f"On {_machine(visit)}."])


def _machine(figures: dict[str, Any]) -> str:
    machine = figures["machine"]
    return f"{machine['cores']} cores of an {machine['cpu']}, Python {machine['python']}"


def choices_table(found: dict[str, Any]) -> str:
    """Ways to run the model, as tests.benchmarks.session_options measured them, in Markdown."""
    if not found:
        return "Not measured yet: `make bench`."
    rows = found["choices"]
    names = list(next(iter(rows.values())))
    lines = ["| choice | " + " | ".join(names) + " |", "| --- " + "| ---: " * len(names) + "|"]
    for choice, figures in rows.items():
        lines.append("| " + " | ".join([choice, *(f"{figures[name]:,}" for name in names)]) + " |")
    return "\n".join(lines)


def _field(models: dict[str, dict[str, Any]]) -> list[str]:
    """Models beside each other; the first is the one that is served."""
    lines = [
        "| network | MNIST test | bytes | one glyph, one thread | the served one takes | front |",
        "| --- | ---: | ---: | ---: | ---: | :---: |",
    ]
    for place, (name, one) in enumerate(models.items()):
        accuracy = f"{one['MNIST test']:.2f} %" if "MNIST test" in one else ""
        ratio = f"{one['ratio']:.2f} times as long" if place else ""
        time = f"{one['µs']:.0f} µs"
        front = "yes" if one["front"] else "no"
        cells = (f"`{name}`", accuracy, f"{one['bytes']:,}", time, ratio, front)
        lines.append(f"| {' | '.join(cells)} |")
    told = "On the front is what no other is better than in one of accuracy, bytes and time"
    return [*lines, "", f"{told}, and as good as in the others."]


def replace(text: str, wanted: str, marks: Marks = RESULTS) -> str:
    """The text with another table between its marks. Raises ValueError without marks."""
    begin, end = marks
    if text.count(begin) != 1 or text.count(end) != 1:
        raise ValueError(f"expected one {begin} and one {end}")
    head, rest = text.split(begin)
    _, tail = rest.split(end)
    return f"{head}{begin}\n{wanted}\n{end}{tail}"


def _figures(name: str) -> dict[str, Any]:
    """What a file of figures in models/ holds; nothing where there is none yet."""
    path = Path("models") / f"{name}.json"
    content: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {}
    return content


if __name__ == "__main__":
    sys.exit(main())
