"""Evaluations in tests: on small sets, and without pictures."""

from pathlib import Path

import pytest

# Imports are late, so that an environment without PyTorch can collect the tests.


@pytest.fixture
def drawn_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small sets of drawn digits where the data folder would be."""
    from tests.train.evaluate.drawn_sets import use_drawn_sets

    use_drawn_sets(monkeypatch)


@pytest.fixture
def no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves the pictures out, which take most of the time."""
    from train.evaluate import comparison

    def named_only(folder: Path, *_: object) -> Path:
        return folder / "index.html"

    monkeypatch.setattr(comparison, "write_page", named_only)
