"""Several seeds are scored like the shipped model, and reported with their deviation."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from export import accuracy_tables, seeds
from tests.export.test_export import patch_data
from tests.support.small import CONFIG
from train.networks.classifier import Network, save


@pytest.fixture
def weights(tmp_path: Path) -> list[Path]:
    """Untrained networks of three seeds, in no order."""
    paths = []
    for seed in (2, 0, 1):
        paths.append(tmp_path / f"{seed}.pth")
        config = replace(CONFIG, seed=seed, pool_seed=seed % 2)
        save(paths[-1], Network(((4, 3, 2), (6, 3, 2))).eval(), config, config.run_id())
    return paths


def test_each_seed_is_scored(
    weights: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patch_data(monkeypatch)
    output = tmp_path / "seeds.json"
    assert seeds.main([*map(str, weights), "--output", str(output)]) == 0
    by_seed = json.loads(output.read_text())
    assert list(by_seed) == ["0", "1", "2"]
    for figures in by_seed.values():
        assert set(figures["sets"]) == {"MNIST validation", "pen ink", "MNIST test"}


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"seed": 0}, "1 recipes, seeds [2, 0, 1, 0]"),  # one seed twice
        ({"seed": 3, "epochs": 99}, "2 recipes"),  # another recipe
    ],
)
def test_what_is_not_comparable_is_refused(
    weights: list[Path],
    tmp_path: Path,
    changes: dict[str, Any],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    other, config = tmp_path / "other.pth", replace(CONFIG, **changes)
    save(other, Network(((4, 3, 2),)).eval(), config, config.run_id())
    output = tmp_path / "seeds.json"
    assert seeds.main([*map(str, weights), str(other), "--output", str(output)]) == 1
    assert message in capsys.readouterr().err
    assert not output.exists()


def figures(accuracy: float) -> dict[str, Any]:
    figures = {"n": 1000, "accuracy": accuracy, "expected_calibration_error": 0.004}
    outliers = {"sets": {"omniglot": {"n": 540, "auroc": 0.99, "refused": 92.0}}}
    return {
        "sets": dict.fromkeys(("MNIST test", "MNIST validation", "pen ink"), figures),
        "not_a_digit": outliers,
    }


def test_the_table_tells_mean_and_deviation() -> None:
    shipped = {"int8": figures(99.5), "fp32": figures(99.6), "parameters": 5, "bytes": 7}
    shipped["config"] = {"seed": 0}
    rows = accuracy_tables.results(shipped, {"0": figures(99.5), "1": figures(99.7)}).splitlines()
    assert rows[0] == "|  | n | int8 | fp32 | int8, 2 seeds |"
    assert rows[2] == "| MNIST test set | 1,000 | 99.50 % | 99.60 % | 99.60 % ± 0.14 % |"
    assert "seeds 0, 1" in rows[-1]
    assert "seeds" not in accuracy_tables.results(shipped, {})
