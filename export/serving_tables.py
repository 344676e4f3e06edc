"""Markdown tables of what serving costs and withstands, from the figures of tests/benchmarks."""

from collections.abc import Mapping
from typing import Any

from train.evaluate.text_table import to_markdown

Figures = Mapping[str, Any]  # the content of a file in models/; empty if it is not measured yet


def costs(bench: Figures, page: Figures) -> str:
    """The time and memory that reading and serving take, beside their goals.

    bench, page: from `make bench` and `make bench-page`; the page's rows are left out without it.
    """
    if not bench:
        return "Not measured yet: `make bench`."
    strokes, batch, server = (bench[name] for name in ("strokes to reading", "batch", "server"))
    picture, sessions = bench["picture"], bench["sessions"]
    api = f"{server['readings/s']:,} per second, p99 {server['p99 ms']:.0f} ms"
    start = f"{bench['first reading']['median']} ms"
    rows = [
        ["", "measured", "goal"],
        ["strokes to reading, one digit", f"{strokes['one digit']:.0f} µs", "300 µs"],
        ["strokes to reading, six digits", f"{strokes['six digits'] / 1000:.1f} ms", ""],
        [
            f"batch of {batch['glyphs']:,} glyphs, two threads",
            f"{batch['2 threads']:,} per second",
            "80,000",
        ],
        *(
            [
                [
                    "picture of a line of ten digits",
                    f"{picture['line of ten digits']:.0f} ms",
                    "15 ms",
                ]
            ]
            if "line of ten digits" in picture
            else []
        ),
        ["picture of a sheet with 100 digits", f"{picture['sheet of 100 digits']} ms", ""],
        *_photographs(bench.get("photographs", {})),
        ["explanation of one digit by occlusion", f"{picture['why']:.0f} ms", ""],
        ["import, load and first reading in a new process", start, "350 ms"],
        ["server start to complete first page", f"{server['start s']:.1f} s", "3 s"],
        *_page_rows(page),
        ["server memory after 100 readings", f"{server['memory MB']} MB", "200 MB"],
        ["memory per additional visitor", f"{sessions['MB each']:.1f} MB", "2 MB"],
        [f"`POST /api/read`, strokes, {server['connections']} connections", api, "1,800, 50 ms"],
        *_request_rates(bench.get("request rates", {})),
        *_installed(bench.get("installed", {})),
    ]
    measured = f"Measured by `make bench` on {_machine(bench)}. Values are medians."
    notes = [measured, "One core serves the API."]
    if page:
        notes.append(f"The page's rows: `make bench-page` on {_machine(page)}.")
    return f"{to_markdown(rows)}\n\n{' '.join(notes)}"


def _page_rows(page: Figures) -> list[list[str]]:
    """The rows of tests.benchmarks.page: medians and 95th percentiles in Chromium."""
    titles = {
        "moving ms": "page: point of the pen to live reading with it, median and p95",
        "lifted ms": "page: lifted pen to final reading, median and p95",
        "first page s": "page: server start to complete first page, median and p95",
    }
    return [
        [title, _percentiles(page[name], name), _percentiles(page["goals"][name], name)]
        for name, title in titles.items()
        if page
    ]


def _percentiles(figures: Figures, name: str) -> str:
    """The statistics that there are, in the unit at the end of the figures' name."""
    unit = name.split()[-1]
    values = [figures[key] for key in ("median", "p95") if key in figures]
    return ", ".join(f"{value:.1f} s" if unit == "s" else f"{value:.0f} ms" for value in values)


def _request_rates(figures: Figures) -> list[list[str]]:
    """Rows of python -m tests.benchmarks.request_rates, where it has been measured."""
    if not figures:
        return []
    observed, canvas = figures["strokes, log and metrics on"], figures["data URL of a canvas"]
    return [
        ["the same with access log and metrics on", f"{observed:,} per second", "1,600"],
        ["a data URL of a canvas of 280 x 280 pixels", f"{canvas:,} per second", "80"],
    ]


def _installed(figures: Figures) -> list[list[str]]:
    """The row of what the lock installs, where it has been measured."""
    if "lock" not in figures:
        return []
    largest = ", ".join(f"{name} {size:.0f}" for name, size in figures["largest"].items())
    packages = f"the lock's {figures['packages']} packages on the disk, without bytecode"
    return [[packages, f"{figures['lock']} MB: {largest}", "380 MB"]]


def _photographs(figures: Figures) -> list[list[str]]:
    """The rows of python -m tests.benchmarks.photographs, if it has been run."""
    if not figures:
        return []
    memory = f"{figures['max memory MB']} MB"
    return [
        ["photograph of 12 megapixels, decoded and read", f"{figures['12 megapixels']:.0f} ms", ""],
        ["its process's memory at most", memory, "300 MB"],
        ["photographed cell of 60 pixels", f"{figures['cell of 60 pixels']:.0f} ms", "15 ms"],
    ]


def networks(bench: Figures) -> str:
    """The served network, and others to compare it with."""
    if not bench:
        return "Not measured yet: `make bench`."
    time = "one glyph, one thread"
    rows = [["network", "MNIST test", "bytes", time, "time of `model.onnx`", "Pareto-optimal"]]
    for index, (name, model) in enumerate(bench["models"].items()):
        rows.append(
            [
                f"`{name}`",
                f"{model['MNIST test']:.2f} %" if "MNIST test" in model else "",
                f"{model['bytes']:,}",
                f"{model['µs']:.0f} µs",
                f"{model['ratio']:.2f} times as long" if index else "",
                "yes" if model["front"] else "no",
            ]
        )
    note = (
        "A network is Pareto-optimal if no other is better in one of accuracy, bytes and time"
        " and at least as good in the others."
    )
    return f"{to_markdown(rows)}\n\n{note}"


def load(load: Figures, fuzz: Figures) -> str:
    """The behaviour of the server under load, over an hour, and with broken input."""
    commands = {
        "`make load`": "load" in load,
        "`python -m tests.benchmarks.load --soak 3600`": "soak" in load,
        "`make fuzz`": bool(fuzz),
    }
    if missing := [command for command, is_measured in commands.items() if not is_measured]:
        return f"Not measured yet: {', '.join(missing)}."
    rows = [
        ["", ""],
        *_visit_rows(load["load"]),
        *_replica_rows(load.get("replicas", {})),
        _soak_row(load["soak"]),
        _fuzz_row(fuzz),
    ]
    return f"{to_markdown(rows)}\n\nMeasured on {_machine(load['load'])}."


def _visit_rows(visit: Figures) -> list[list[str]]:
    visitors = f"{visit['visitors']} visitors ({visit['visitors in Chromium']} in Chromium)"
    programs = f"{visit['a second']:.0f} API requests per second"
    done = f"{visit['strokes']:,} strokes, {visit['readings by programs']:,} API readings"
    strokes = [f"{visit[f'stroke to reading, {key} s']:.2f} s" for key in ("median", "p95")]
    api = f"{visit['program median ms']:.0f} ms, {visit['program p99 ms']:.0f} ms"
    memory = [f"{visit[f'memory {when} MB']} MB" for when in ("before", "at most", "after")]
    chromium = f"{visit['mouse-up to reading in Chromium, p95 s']:.2f} s"
    return [
        [
            f"{visitors} and {programs} for {visit['seconds']:.0f} s",
            f"{done}, {_num_errors(visit)} errors or mixed-up answers",
        ],
        ["stroke to reading, median and p95", ", ".join(strokes)],
        ["mouse-up to reading in Chromium, p95", chromium],
        ["API request to reading meanwhile, median and p99", api],
        ["memory before, at its peak, and after all have left", ", ".join(memory)],
        ["memory growth after all have left", f"{visit['slope at rest MB/min']:.1f} MB per minute"],
    ]


def _replica_rows(replicas: Figures) -> list[list[str]]:
    """The row of python -m tests.benchmarks.replicas, where it has been measured."""
    if not replicas:
        return []
    restored, affected = replicas["restored drawings"], replicas["visitors of the killed server"]
    others = replicas["connections that others lost"] + len(replicas["failed, of others"])
    return [
        [
            f"one of two servers behind nginx killed under {replicas['visitors']} visitors",
            f"{restored} of its {affected} visitors have their drawing back within"
            f" {replicas['longest without, s']:.1f} s; {others} failures for the others",
        ]
    ]


def _soak_row(soak: Figures) -> list[str]:
    return [
        f"{soak['a second']:.0f} API requests per second for {soak['seconds'] / 60:.0f} minutes",
        f"{soak['readings']:,} readings, {_num_errors(soak)} errors, p99 {soak['p99 ms']:.0f} ms,"
        f" memory growth {soak['slope MB/h']} MB per hour",
    ]


def _fuzz_row(fuzz: Figures) -> list[str]:
    outcomes = f"{fuzz.get('refused', 0):,} refused, {fuzz.get('read', 0):,} read"
    limits = f"at most {fuzz['slowest s']:.1f} s and {fuzz['largest MB']:.0f} MB each"
    return [
        f"{fuzz['cases']:,} broken strokes, pictures and requests",
        f"{outcomes}, {fuzz['failed']} failed; {limits}",
    ]


def choices(figures: Figures) -> str:
    """The ways to run the model, with a row for each."""
    if not figures:
        return "Not measured yet: `make bench`."
    measured = figures["choices"]
    names = list(next(iter(measured.values())))
    rows = [["choice", *names]]
    for choice, values in measured.items():
        rows.append([choice, *(f"{values[name]:,}" for name in names)])
    return to_markdown(rows)


def _num_errors(figures: Figures) -> int:
    return len(figures["errors"]) + len(figures["wrong"])


def _machine(figures: Figures) -> str:
    machine = figures["machine"]
    return f"{machine['cores']} cores of an {machine['cpu']}, Python {machine['python']}"
