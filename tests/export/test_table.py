"""The tables of the READMEs that no other test makes."""

from typing import Any

from export import table

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


def test_costs_are_told_with_the_machine_and_the_field() -> None:
    lines = table.costs_table(BENCH).splitlines()
    assert "| strokes to reading, six digits | 4.1 ms |  |" in lines
    assert "| each further visitor | 0.5 MB | 2 MB |" in lines
    told = "1,200 a second, p99 30 ms | 1,500, 50 ms |"
    assert f"| `POST /api/read`, strokes, 16 connections | {told}" in lines
    assert "| `model.onnx` | 99.40 % | 1,000 | 30 µs |  | yes |" in lines
    assert "| `other.onnx` |  | 2,000 | 40 µs | 0.75 times as long | no |" in lines
    assert "2 cores of an abacus" in lines[-1]


LOAD: dict[str, Any] = {
    "load": {
        "machine": BENCH["machine"],
        "visitors": 20,
        "of them in Chromium": 3,
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


def test_what_the_server_stood_is_told_with_what_went_wrong() -> None:
    lines = table.held_table(LOAD, FUZZ).splitlines()
    visit = "20 visitors, 3 of them in Chromium, and 200 programs' readings a second, 120 s"
    assert f"| {visit} | 2,160 strokes, 24,000 readings, 1 errors or mix-ups |" in lines
    assert "| stroke to reading, median and p95 | 0.36 s, 0.81 s |" in lines
    soak = "180,000 readings, 0 errors, p99 15 ms, 0.12 MB an hour"
    assert f"| 50 readings a second for 60 minutes | {soak} |" in lines
    fuzz = "9,000 refused, 11,000 read, 0 failed; 1.2 s and 210 MB at most"
    assert f"| 20,000 broken strokes, pictures and requests | {fuzz} |" in lines


def test_without_figures_the_command_for_them_is_told() -> None:
    assert "make bench" in table.costs_table({})
    assert table.held_table({"soak": LOAD["soak"]}, FUZZ) == "Not measured yet: `make load`."
    assert table.held_table(LOAD, {}) == "Not measured yet: `make fuzz`."
