"""The export of a small network that reads drawn digits: the files, the contract, and the gate."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from app.glyph import NORMAL_FORM
from app.ink.strokes import ink_glyph
from app.recognizer import Recognizer
from export import __main__ as command
from export import classifier, score, steps, verify
from tests.support.small import FLAGS, small_characters, small_sets, small_splits
from tests.train.test_train import run as train
from train.data.download import DataError
from train.data.normal_form import draw_digits
from train.evaluate.collection import Collection, EvaluationSet, Wanted
from train.evaluate.protocol import INK, MNIST, TEST
from train.networks.classifier import load, save

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights of a short real training on drawn digits."""
    folder = tmp_path_factory.mktemp("weights")
    path = folder / "model.pth"
    folders = ["--run", str(folder / "run"), "--pool", str(folder / "pool")]
    settings = ["--epochs", "12", "--batch-size", "32", "--distillation-weight", "0"]
    assert train([*FLAGS, *folders, *settings, "--output", str(path)]) == 0
    return path


def small_collection(wanted: Wanted) -> Collection:
    mnist, pen = small_sets()
    sets = {
        MNIST: EvaluationSet(mnist.validation),
        INK: EvaluationSet(draw_digits(pen.validation)),
    }
    crosses = draw_digits(replace(pen.validation, strokes=small_characters().strokes)).glyphs
    return Collection(sets=sets, outliers={"crosses": crosses})


def add_small_test_set(collection: Collection, folder: Path) -> None:
    collection.sets[TEST] = EvaluationSet(small_sets()[0].test)


def patch_data(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(steps, "add_test_sets", add_small_test_set)
    patch.setattr(steps, "load_sources", lambda folder: small_splits())
    patch.setattr(steps, "collect", small_collection)
    patch.setattr(steps, "NUM_CALIBRATION", 128)
    patch.setattr(steps, "NUM_DRAWN", 128)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    patch_data(monkeypatch)


def export(weights: Path, output: Path) -> int:
    return command.main(["--model", str(weights), "--output", str(output)])


@pytest.fixture(scope="module")
def exported(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported")
    with pytest.MonkeyPatch.context() as patch:
        patch_data(patch)
        assert export(weights, folder) == 0
    return folder


def test_what_is_exported_reads(exported: Path) -> None:
    recognizer = Recognizer(exported / "model.onnx")
    mnist, pen = small_sets()
    glyphs = np.stack([ink_glyph(strokes) for strokes in pen.train.strokes[:10]])
    # Three epochs teach the digits, but not always to be sure of each.
    assert recognizer.classify(glyphs).argmax(axis=1).tolist() == list(range(10))
    for count in (1, 7):
        probabilities = recognizer.classify(mnist.train.glyphs[:count])
        assert probabilities.shape == (count, 10)
        assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_the_graph_keeps_its_contract(exported: Path, weights: Path) -> None:
    model = onnx.load(exported / "model.onnx")
    (glyphs,), (logits, features) = model.graph.input, model.graph.output
    shape = [side.dim_param or side.dim_value for side in glyphs.type.tensor_type.shape.dim]
    assert glyphs.name == "glyphs"
    assert glyphs.type.tensor_type.elem_type == onnx.TensorProto.UINT8
    assert isinstance(shape[0], str)
    assert shape[1:] == [28, 28]
    assert (logits.name, logits.type.tensor_type.elem_type) == ("logits", onnx.TensorProto.FLOAT)
    assert features.name == "features"
    assert features.type.tensor_type.elem_type == onnx.TensorProto.UINT8
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    fitted = {
        key: float(metadata.pop(key)) for key in ("temperature", "threshold", "doubt_threshold")
    }
    assert fitted["temperature"] > 0
    assert fitted["doubt_threshold"] <= fitted["threshold"] < np.inf
    assert metadata == {
        "contract": "digits/3",
        "labels": "0123456789?",
        "normal_form": NORMAL_FORM,
        "run": load(weights).run,
    }
    names = {node.op_type for node in model.graph.node}
    assert "QuantizeLinear" in names
    assert "BatchNormalization" not in names, "batch norm is folded before quantization"


def test_weights_are_quantized_per_channel(exported: Path) -> None:
    model = onnx.load(exported / "model.onnx")
    weights = [entry for entry in model.graph.initializer if entry.data_type == 3]
    assert {4} <= {len(entry.dims) for entry in weights}
    scales = [entry for entry in model.graph.initializer if entry.name.endswith("_scale")]
    assert max(int(np.prod(entry.dims)) for entry in scales) > 1


def test_the_description_matches_the_file(exported: Path) -> None:
    described = json.loads((exported / "model.json").read_text())
    assert described["bytes"] == (exported / "model.onnx").stat().st_size
    assert described["gate"]["largest_logit_difference"] <= verify.MAX_LOGIT_DIFFERENCE
    for kind in ("int8", "fp32"):
        assert set(described[kind]["sets"]) == {"MNIST validation", "pen ink", "MNIST test"}
        assert described[kind]["not_a_digit"]["sets"]["crosses"]["n"] == 200
        assert list(described[kind]["cross_fitted"]) == ["MNIST", "UCI"]
    assert described["inputs"] == [{"name": "glyphs", "dtype": "uint8", "shape": ["batch", 28, 28]}]
    assert described["outputs"] == [
        {"name": "logits", "dtype": "float32", "shape": ["batch", 11]},
        {"name": "features", "dtype": "uint8", "shape": ["batch", 1408]},
    ]


def test_the_same_weights_give_the_same_bytes(
    exported: Path, weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(exported / "model.json", tmp_path)
    assert export(weights, tmp_path) == 0
    assert "not clearly worse than the current one on any set" in capsys.readouterr().out
    for name in ("model.onnx", "model.json"):
        assert (tmp_path / name).read_bytes() == (exported / name).read_bytes()


def test_a_model_that_is_there_is_measured_anew(
    exported: Path, weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its file stays as it is, and so do the figures where the sets are the same."""
    shutil.copy(exported / "model.onnx", tmp_path)
    shutil.copy(weights, tmp_path / "model.pth")
    assert score.main(["--folder", str(tmp_path)]) == 0
    for name in ("model.onnx", "model.json"):
        assert (tmp_path / name).read_bytes() == (exported / name).read_bytes()
    trained = load(weights)
    save(tmp_path / "model.pth", trained.network, trained.config, "another run")
    assert score.main(["--folder", str(tmp_path)]) == 1
    assert "expected run another run, as model.pth has it" in capsys.readouterr().err


def test_no_set_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    collection = small_collection(Wanted(Path()))
    monkeypatch.setattr(steps, "collect", lambda wanted: collection)
    collection.skipped |= {"bhmsds": "no zip", "UNIPEN": "no archive"}
    with pytest.raises(DataError, match="no zip; no archive"):
        steps.evaluation_sets(Path())


@pytest.mark.parametrize(
    "limit, value",
    [
        ("MAX_LOGIT_DIFFERENCE", -1.0),
        ("max_loss", lambda total: -100.0),
        ("MAX_BYTES", 1000),
    ],
)
def test_nothing_changes_when_the_gate_fails(
    limit: str,
    value: float,
    weights: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "model.onnx").write_bytes(b"old")
    monkeypatch.setattr(verify, limit, value)
    assert export(weights, tmp_path) == 1
    assert "expected at most" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"model.onnx": b"old"}


def test_a_damaged_graph_does_not_pass(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(trained, fp32, int8, glyphs):  # type: ignore[no-untyped-def]
        with torch.no_grad():
            trained.network.head.bias += 1e-3  # now the exported network is not the trained one
        real(trained, fp32, int8, glyphs)
        with torch.no_grad():
            trained.network.head.bias -= 1e-3

    real = steps.write_graphs
    monkeypatch.setattr(classifier, "write_graphs", write)
    assert export(weights, tmp_path) == 1
    assert not list(tmp_path.iterdir())


def test_a_network_that_answers_nan_does_not_pass(
    weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """NaN compares false with every limit, and both graphs agree on it."""
    trained = load(weights)
    with torch.no_grad():
        trained.network.head.bias[3] = float("nan")
    broken, output = tmp_path / "broken.pth", tmp_path / "models"
    save(broken, trained.network, trained.config, trained.run)
    assert export(broken, output) == 1
    assert "largest_logit_difference: expected at most 0.0001, got nan" in capsys.readouterr().err
    assert not output.exists()


def test_what_the_checker_refuses_is_not_written(
    weights: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise onnx.checker.ValidationError("no such operator")

    monkeypatch.setattr(onnx.checker, "check_model", refuse)
    assert export(weights, tmp_path) == 1
    assert "checker: no such operator" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_missing_weights_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export(tmp_path / "no.pth", tmp_path) == 1
    assert "no.pth: expected trained weights" in capsys.readouterr().err
