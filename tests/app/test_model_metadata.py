"""A model file's metadata is applied, and the model is refused if it is missing or wrong."""

import re
from pathlib import Path
from types import SimpleNamespace

import onnxruntime
import pytest

from app.inference.session import WrongModel
from app.recognizer import MODEL, Recognizer
from app.segmentation import second_opinion
from app.segmentation.decision import MIN_SURE_CONFIDENCE
from tests.support.drawings import placed


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongModel, match=r"absent\.onnx: expected a model file"):
        Recognizer(tmp_path / "absent.onnx")


def test_a_broken_model_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(MODEL.read_bytes()[:5000])
    with pytest.raises(WrongModel, match=r"broken\.onnx: expected an ONNX model"):
        Recognizer(broken)


def let_models_claim(metadata: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Gives every model that is opened this metadata."""
    meta = SimpleNamespace(custom_metadata_map=metadata)
    monkeypatch.setattr(onnxruntime.InferenceSession, "get_modelmeta", lambda session: meta)


@pytest.mark.parametrize("key", ["contract", "labels", "normal_form"])
def test_a_model_with_another_contract_is_refused(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    metadata = dict(Recognizer().metadata)
    let_models_claim(metadata | {key: "another"}, monkeypatch)
    message = re.escape(f"expected {key} '{metadata[key]}', got 'another'")
    with pytest.raises(WrongModel, match=message):
        Recognizer()


@pytest.mark.parametrize(
    "threshold, doubt_threshold, value, is_doubtful",
    [
        (9, 9, 2, False),
        (9, -99, 2, True),  # strange, but not refused
        (-99, -99, None, False),  # refused, so not marked as doubtful as well
        (9, None, 2, False),  # a model with one threshold, made before there were two
    ],
)
def test_a_strange_digit_is_read_and_marked_as_doubtful(
    threshold: float,
    doubt_threshold: float | None,
    value: int | None,
    is_doubtful: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    metadata = {**Recognizer().metadata, "threshold": str(threshold)}
    metadata.pop("doubt_threshold", None)
    if doubt_threshold is not None:
        metadata["doubt_threshold"] = str(doubt_threshold)
    let_models_claim(metadata, monkeypatch)
    (digit,) = Recognizer().read_ink(placed(2, 0, 0, 200)).digits
    assert (digit.value, digit.is_doubtful) == (value, is_doubtful)
    assert digit.value is None or digit.confidence > MIN_SURE_CONFIDENCE


def test_an_unsure_digit_is_doubtful(monkeypatch: pytest.MonkeyPatch) -> None:
    hot = {"temperature": "50", "threshold": "9", "doubt_threshold": "9"}
    let_models_claim(Recognizer().metadata | hot, monkeypatch)
    monkeypatch.setattr(second_opinion, "WEIGHT", 0.0)  # the line reader is sure
    (digit,) = Recognizer().read_ink(placed(2, 0, 0, 200)).digits
    assert digit.value == 2
    assert digit.confidence < MIN_SURE_CONFIDENCE
    assert digit.is_doubtful


def test_a_second_threshold_that_is_not_a_number_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    let_models_claim(Recognizer().metadata | {"doubt_threshold": "warm"}, monkeypatch)
    with pytest.raises(WrongModel, match="expected a number as doubt_threshold"):
        Recognizer()


@pytest.mark.parametrize("key", ["temperature", "threshold"])
@pytest.mark.parametrize("value", [None, "warm"])
def test_a_model_without_its_numbers_is_refused(
    key: str, value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    metadata = dict(Recognizer().metadata)
    metadata.pop(key)
    other = metadata if value is None else metadata | {key: value}
    let_models_claim(other, monkeypatch)
    with pytest.raises(WrongModel, match=f"expected a number as {key}"):
        Recognizer()
