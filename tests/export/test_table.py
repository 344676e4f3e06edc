"""The tables of the READMEs that no other test makes."""

from typing import Any

from export import table

BENCH: dict[str, Any] = {
    "machine": {"cpu": "abacus", "cores": 2, "python": "3.11.7"},
    "models": {
        "model.onnx": {"bytes": 1000, "µs": 30.2, "ratio": 1.0, "MNIST test": 99.4},
        "other.onnx": {"bytes": 2000, "µs": 20.1, "ratio": 1.5},
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
    assert "| strokes to reading, six digits | 4.1 ms |" in lines
    assert "| each further visitor | 0.5 MB |" in lines
    assert "| `POST /api/read`, strokes, 16 connections | 1,200 a second, p99 30 ms |" in lines
    assert "| `model.onnx` | 99.40 % | 1,000 | 30 µs |  |" in lines
    assert "| `other.onnx` |  | 2,000 | 20 µs | 1.50 times as long |" in lines
    assert "2 cores of an abacus" in lines[-1]


def test_without_figures_the_command_for_them_is_told() -> None:
    assert "make bench" in table.costs_table({})
