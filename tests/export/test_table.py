"""The tables of the READMEs, and the command that writes them where there is no PyTorch."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from export import (
    accuracy_tables,
    attack_table,
    confidence_table,
    served_tables,
    serving_tables,
    table,
    trainings_table,
)
from tests.support.paths import ROOT

BENCH: dict[str, Any] = {
    "machine": {"cpu": "abacus", "cores": 2, "python": "3.11.7"},
    "models": {
        "model.onnx": {"bytes": 1000, "µs": 30.2, "ratio": 1.0, "front": True, "MNIST test": 99.4},
        "other.onnx": {"bytes": 2000, "µs": 40.1, "ratio": 0.75, "front": False},
    },
    "strokes to reading": {"one digit": 210.4, "six digits": 4100.0},
    "batch": {"glyphs": 4096, "2 threads": 81_000},
    "picture": {"sheet of 100 digits": 400, "why": 6.7},
    "first reading": {"median": 340},
    "server": {
        "start s": 2.41,
        "memory MB": 199,
        "readings/s": 1200,
        "p99 ms": 30.2,
        "connections": 16,
    },
    "sessions": {"MB each": 0.46},
}


def test_costs_are_shown_with_their_goals_and_the_machine() -> None:
    lines = serving_tables.costs(BENCH, {}).splitlines()
    assert "| strokes to reading, six digits | 4.1 ms |  |" in lines
    assert "| memory per additional visitor | 0.5 MB | 2 MB |" in lines
    rate = "1,200 per second, p99 30 ms | 1,800, 50 ms |"
    assert f"| `POST /api/read`, strokes, 16 connections | {rate}" in lines
    assert "2 cores of an abacus" in lines[-1]


def test_networks_are_compared_with_the_first() -> None:
    lines = serving_tables.networks(BENCH).splitlines()
    assert "| `model.onnx` | 99.40 % | 1,000 | 30 µs |  | yes |" in lines
    assert "| `other.onnx` |  | 2,000 | 40 µs | 0.75 times as long | no |" in lines


LOAD: dict[str, Any] = {
    "load": {
        "machine": BENCH["machine"],
        "visitors": 20,
        "visitors in Chromium": 3,
        "seconds": 120.0,
        "strokes": 2160,
        "stroke to reading, median s": 0.3552,
        "stroke to reading, p95 s": 0.8119,
        "mouse-up to reading in Chromium, p95 s": 0.9,
        "readings by programs": 24000,
        "program median ms": 4.4,
        "program p99 ms": 294.1,
        "a second": 199.6,
        "wrong": [],
        "errors": ["one"],
        "memory before MB": 121,
        "memory at most MB": 241,
        "memory after MB": 238,
        "slope at rest MB/min": 0.056,
    },
    "soak": {
        "seconds": 3600.0,
        "readings": 180000,
        "a second": 50.0,
        "p99 ms": 15.0,
        "wrong": [],
        "errors": [],
        "slope MB/h": 0.12,
    },
}
FUZZ = {
    "cases": 20000,
    "refused": 9000,
    "read": 11000,
    "failed": 0,
    "slowest s": 1.25,
    "largest MB": 210.4,
}


def test_load_is_shown_with_what_went_wrong() -> None:
    lines = serving_tables.load(LOAD, FUZZ).splitlines()
    visit = "20 visitors (3 in Chromium) and 200 API requests per second for 120 s"
    done = "2,160 strokes, 24,000 API readings, 1 errors or mixed-up answers"
    assert f"| {visit} | {done} |" in lines
    assert "| stroke to reading, median and p95 | 0.36 s, 0.81 s |" in lines
    soak = "180,000 readings, 0 errors, p99 15 ms, memory growth 0.12 MB per hour"
    assert f"| 50 API requests per second for 60 minutes | {soak} |" in lines
    fuzz = "9,000 refused, 11,000 read, 0 failed; at most 1.2 s and 210 MB each"
    assert f"| 20,000 broken strokes, pictures and requests | {fuzz} |" in lines


def test_a_killed_server_is_shown_where_it_was_measured() -> None:
    replicas = {
        **{"visitors": 20, "visitors of the killed server": 9, "restored drawings": 9},
        **{"longest without, s": 1.24, "connections that others lost": 0},
        "failed, of others": ["status 502"],
    }
    assert "killed" not in serving_tables.load(LOAD, FUZZ)
    text = "9 of its 9 visitors have their drawing back within 1.2 s; 1 failures for the others"
    lines = serving_tables.load(LOAD | {"replicas": replicas}, FUZZ).splitlines()
    assert f"| one of two servers behind nginx killed under 20 visitors | {text} |" in lines


def test_the_command_is_named_when_nothing_was_measured() -> None:
    assert serving_tables.costs({}, {}) == "Not measured yet: `make bench`."
    assert serving_tables.networks({}) == "Not measured yet: `make bench`."
    assert serving_tables.choices({}) == "Not measured yet: `make bench`."
    assert serving_tables.load({"soak": LOAD["soak"]}, FUZZ) == "Not measured yet: `make load`."
    assert serving_tables.load(LOAD, {}) == "Not measured yet: `make fuzz`."
    assert accuracy_tables.ablation({}) == "Not measured yet: `python -m train.ablation`."


def test_attacks_are_rows_of_what_others_noticed() -> None:
    quick = {"stroke to reading, p95 s": 0.05, "small picture, p95 s": 0.04, "errors": []}
    slow = {"stroke to reading, p95 s": 0.311, "small picture, p95 s": None, "errors": ["429"] * 3}
    flood = {"before": quick, "during": slow, "after": quick, "peak MB": 292.6}
    memory = {"MB before": 255.3, "MB after the rest": 280.0, "seconds of rest": 60}
    guards = {"cost": {"of strokes": 0.0213, "of a picture": -0.004}}
    attack = {"attacks": {"flood": flood}, **memory}
    lines = attack_table.attacks(attack, guards).splitlines()
    assert lines[2] == "| flood (3 errors of others) | 0.05, 0.31, 0.05 | 0.04, -, 0.04 | 293 |"
    assert "took 255 MB before the first attack, and 280 MB 60 s after the last." in lines[-1]
    assert "cost 2.1 % of the strokes" in lines[-1]
    assert "and -0.4 % of the time of a small picture." in lines[-1]
    assert attack_table.attacks({}, guards) == "Not measured yet: `make attack`."


def test_attacks_are_shown_before_the_guards_are_measured() -> None:
    attack = {"attacks": {}, "MB before": 255.3, "MB after the rest": 280.0, "seconds of rest": 60}
    memory, guards = attack_table.attacks(attack, {}).splitlines()[-1].split(" What ")
    assert memory.startswith("The server took 255 MB before")
    assert guards == (
        "the guards cost has not been measured yet: `python -m tests.benchmarks.guards`."
    )


def test_choices_are_rows_of_what_was_measured() -> None:
    choices = {
        "as served": {"load ms": 2.0, "bytes": 139_634},
        "no arena": {"load ms": 6.4, "bytes": 5},
    }
    assert serving_tables.choices({"choices": choices}).splitlines() == [
        "| choice | load ms | bytes |",
        "| --- | ---: | ---: |",
        "| as served | 2.0 | 139,634 |",
        "| no arena | 6.4 | 5 |",
    ]


def test_request_rates_and_sizes_are_shown_where_they_were_measured() -> None:
    assert "data URL" not in serving_tables.costs(BENCH | {"installed": {"all": 711}}, {})
    rates = {"strokes, log and metrics on": 1_650, "data URL of a canvas": 90}
    installed = {"lock": 342, "packages": 20, "largest": {"numpy": 57.2, "pillow": 19.7}}
    bench = BENCH | {"request rates": rates, "installed": installed}
    lines = serving_tables.costs(bench, {}).splitlines()
    assert "| the same with access log and metrics on | 1,650 per second | 1,600 |" in lines
    assert "| a data URL of a canvas of 280 x 280 pixels | 90 per second | 80 |" in lines
    size = "342 MB: numpy 57, pillow 20 | 380 MB |"
    assert f"| the lock's 20 packages on the disk, without bytecode | {size}" in lines


def test_photographs_are_shown_where_they_were_measured() -> None:
    photographs = {"12 megapixels": 99.6, "cell of 60 pixels": 11.2, "max memory MB": 247}
    assert "photograph of 12 megapixels" not in serving_tables.costs(BENCH, {})
    lines = serving_tables.costs(BENCH | {"photographs": photographs}, {}).splitlines()
    assert "| photograph of 12 megapixels, decoded and read | 100 ms |  |" in lines
    assert "| its process's memory at most | 247 MB | 300 MB |" in lines
    assert "| photographed cell of 60 pixels | 11 ms | 15 ms |" in lines


def test_times_on_the_page_are_shown_with_their_goals_and_machine() -> None:
    page = {
        "machine": {"cpu": "sundial", "cores": 1, "python": "3.12.1"},
        "moving ms": {"median": 59.5, "p95": 83.6, "n": 1627},
        "lifted ms": {"median": 98.5, "p95": 176.28, "n": 44},
        "first page s": {"median": 1.59, "p95": 3.33, "n": 5},
        "goals": {
            "moving ms": {"median": 40, "p95": 70},
            "lifted ms": {"median": 90},
            "first page s": {"median": 1.2},
        },
    }
    assert "page:" not in serving_tables.costs(BENCH, {})
    lines = serving_tables.costs(BENCH, page).splitlines()
    moving = "page: point of the pen to live reading with it, median and p95"
    assert f"| {moving} | 60 ms, 84 ms | 40 ms, 70 ms |" in lines
    assert "| page: lifted pen to final reading, median and p95 | 98 ms, 176 ms | 90 ms |" in lines
    start = "page: server start to complete first page, median and p95"
    assert f"| {start} | 1.6 s, 3.3 s | 1.2 s |" in lines
    assert lines[-1].endswith(
        "The page's rows: `make bench-page` on 1 cores of an sundial, Python 3.12.1."
    )


def test_a_peer_is_shown_beside_this_project() -> None:
    values = {"n": 300, "digits": 97.53, "peer": 99.5, "digits_ms": 12.4, "peer_ms": 40.6}
    table = accuracy_tables.peers({"sets": {"composed numbers, photographs": values}})
    assert table.splitlines()[2:] == [
        "| the same in rendered photographs | 300 | 97.5 % | 99.5 % | 12 ms | 41 ms |"
    ]


def test_numbers_and_corrections_are_named_for_readers() -> None:
    shares = {"exact": 97.25, "silently_wrong": 1.5, "right_length": 99.5, "split": 0.25}
    reading = {"numbers": 1000, **shares, "median_ms": 5.67}
    assert accuracy_tables.numbers({"sets": {"spaced, ink": reading}}).splitlines()[2:] == [
        "| digits apart, as pen strokes | 1,000 | 97.2 % | 1.5 % | 99.5 % | 0.2 % | 5.7 ms |"
    ]
    memory = {"corrections": [0, 1], "misread": [100.0, 22.45], "others": [0.0, 0.06]}
    assert accuracy_tables.corrections(memory).splitlines() == [
        "| corrections of a digit during one visit | 0 | 1 |",
        "| --- | ---: | ---: |",
        "| drawings of that digit that were misread and still are | 100.00 % | 22.45 % |",
        "| the writer's other drawings that are now misread | 0.00 % | 0.06 % |",
    ]


def test_each_network_is_shown_beside_both() -> None:
    shares = {"lines": 98, "reader": 97.959, "classifier": 56.122, "both": 97.96}
    lines = confidence_table.readers({"compared": {"digits": shares, "signs": shares}}).splitlines()
    assert lines[2] == "| numbers without signs | 98 | 56.1 % | 98.0 % | 98.0 % |"
    assert confidence_table.readers({}).startswith("Not measured yet: `python -m export.reader_fit")


ANSWERS: dict[str, Any] = {
    "n": 2028,
    "answered_rightly": 96.894,
    "likeliest_right": 98.6,
    "refused": 2.1,
    "doubtful": 3.0,
    "wrong_without_doubt": 0.5,
}
SERVED: dict[str, Any] = {
    "sets": {
        "UNIPEN digits": ANSWERS | {"by_contributor": {"app": ANSWERS | {"n": 46}}},
        "UNIPEN numbers": ANSWERS | {"n": 100},
        "UNIPEN numbers with signs": ANSWERS | {"n": 47},
        "MNIST test as pictures": ANSWERS | {"n": 10_000},
        "UNIPEN letters": {"n": 6317, "refused": 91.7, "doubtful": 1.0},
    }
}
GLYPHS = {"n": 10_000, "accuracy": 99.594, "answered_rightly": 99.1, "refused": 0.6}


def test_the_summary_has_seven_figures_and_begins_with_real_writing() -> None:
    test_digits = ANSWERS | {"n": 1_326}
    model = {"int8": {"sets": {"MNIST test": GLYPHS, "UNIPEN test digits": test_digits}}}
    _, _, *rows, empty, time = served_tables.summary(model, SERVED, BENCH).splitlines()
    assert [row.split(" | ")[1:] for row in rows] == [
        ["1,326", "96.89 %", "2.10 % |"],
        ["100", "96.89 %", "2.10 % |"],
        ["47", "96.89 %", "2.10 % |"],
        ["10,000", "99.10 %", "0.60 % |"],
        ["10,000", "96.89 %", "2.10 % |"],
        ["6,317", "", "91.70 % |"],
    ]
    assert (empty, time) == ("", "From strokes to reading, one digit takes 210 µs on one CPU core.")
    assert "UNIPEN" in rows[0]
    assert "with signs" in rows[2]
    assert "as glyphs" in rows[3]
    unmeasured = served_tables.summary({"int8": {"sets": {}}}, {}, {}).splitlines()[2:]
    assert len(unmeasured) == 8
    assert all("| not measured yet |" in row for row in unmeasured[:6])
    assert unmeasured[-1].endswith("has not been measured yet: `make bench`.")


def test_answers_are_shown_in_full_and_by_contributor() -> None:
    row = "| 2,028 | 96.89 % | 98.60 % | 2.10 % | 3.00 % | 0.50 % |"
    lines = served_tables.answers(SERVED).splitlines()
    assert lines[2].endswith(row)
    assert "| 6,317 |  |  | 91.70 % | 1.00 % |  |" in lines[5]
    of_test = {"UNIPEN test digits": GLYPHS | {"by_contributor": {"aga": GLYPHS | {"n": 9}}}}
    lines = served_tables.contributors({"int8": {"sets": of_test}}, SERVED).splitlines()
    assert lines[2:] == [
        "| app, validation writers | 46 | 96.89 % | 98.60 % | 2.10 % | 3.00 % | 0.50 % |",
        "| aga, test writers, each read as a single character"
        " | 9 | 99.10 % | 99.59 % | 0.60 % |  |  |",
    ]
    assert served_tables.answers({}) == "Not measured yet: `python -m train.evaluate.served`."


def test_what_was_fitted_elsewhere_is_shown_by_collection() -> None:
    figures = {
        **{"n": 1499, "answered_rightly": 99.3, "refused": 0.07, "doubtful": 0.5},
        **{"expected_calibration_error": 0.00512, "temperature": 1.0149, "threshold": -2.434},
    }
    lines = served_tables.cross_fitted({"int8": {"cross_fitted": {"UCI": figures}}}).splitlines()
    row = "| UCI | 1,499 | 99.30 % | 0.07 % | 0.50 % | 0.51 % | 1.01 | -2.43 |"
    assert lines[2:] == [row]
    assert served_tables.cross_fitted({"int8": {}}) == "Not measured yet: `python -m export.score`."


def test_trainings_are_shown_with_their_command_and_machine() -> None:
    entries: list[dict[str, Any]] = [
        {
            "command": "python -m train",
            "step": "training",
            "minutes": 11.6,
            "machine": {"cpu": "abacus", "cores": 2, "precision": "bfloat16"},
        },
        {
            "command": "python -m train.reader",
            "step": "",
            "minutes": 2,
            "machine": {"cpu": "", "cores": 1, "device": "cuda"},
        },
    ]
    assert trainings_table.trainings(entries).splitlines()[2:] == [
        "| `python -m train`: training | 2 cores, abacus, bfloat16 | 12 |",
        "| `python -m train.reader` | 1 core, cuda | 2 |",
    ]
    assert trainings_table.trainings([]).startswith("Not measured yet")


MARKED = "above\n<!-- costs: written by python -m export.table -->\nold\n<!-- /costs -->\nbelow"


def test_the_command_needs_nothing_that_only_training_has() -> None:
    """Whatever environment this runs in, what requirements-train.txt adds cannot be imported."""
    lines = (ROOT / "requirements-train.txt").read_text(encoding="utf-8").splitlines()
    pinned = [line.split("==")[0] for line in lines if "==" in line]
    modules = {"pillow": "PIL", "scikit-image": "skimage"}
    blocked = [modules.get(name, name) for name in pinned]
    assert "torch" in blocked
    script = (
        f"import sys; sys.modules |= dict.fromkeys({blocked})\n"
        "from export.table import main; sys.exit(main(['--check']))"
    )
    completed = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (completed.returncode, completed.stderr) == (0, "")


def test_check_reports_a_table_that_differs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "README.md"
    file.write_text(MARKED, encoding="utf-8")
    monkeypatch.setattr(table, "tables_by_file", lambda: {file: {"costs": "new"}})
    assert table.main(["--check"]) == 1
    assert "README.md: its tables differ" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == MARKED
    assert table.main([]) == 0
    assert "\nnew\n" in file.read_text(encoding="utf-8")
    assert table.main(["--check"]) == 0
