"""The ink finder: what it learns from, that it learns, and that its export is the same."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from app.inference.session import WrongModel
from app.ink.photographs.segmenter import CONTRACT, SIDE, Segmenter
from app.recognizer import MODEL
from export import finder as command
from export import unet as exporting
from tests.support.small import CONFIG, small_sources, small_splits
from train import finder as training
from train.data import sources
from train.engine import finder_loop
from train.engine.finder_loop import distance, fit
from train.engine.finder_settings import Settings
from train.networks import unet
from train.render import sheets
from train.render.sheets import SheetMaker, Sheets

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def rendered() -> Sheets:
    return SheetMaker(small_sources(), CONFIG).make(120, (3,))


def test_sheets_are_pictures_with_their_ink(rendered: Sheets) -> None:
    assert rendered.pictures.shape == (120, SIDE, SIDE, 3)
    assert rendered.ink.shape == (120, SIDE, SIDE)
    assert rendered.pictures.dtype == rendered.ink.dtype == np.uint8
    written = (rendered.ink > 127).any(axis=(1, 2))
    assert 0.85 < written.mean() < 1  # a few have nothing on them
    # Where there is ink, the picture is of another colour than nearby.
    differing = [
        np.abs(np.median(picture[ink > 200], axis=0) - np.median(picture[ink == 0], axis=0)).max()
        for picture, ink in zip(rendered.pictures, rendered.ink, strict=True)
        if (ink > 200).sum() > 20
    ]
    assert np.median(differing) > 40


def test_one_seed_gives_the_same_sheets(rendered: Sheets) -> None:
    again = SheetMaker(small_sources(), CONFIG).make(20, (3,))
    assert np.array_equal(again.pictures, rendered.pictures[:20])
    assert np.array_equal(again.ink, rendered.ink[:20])


def test_nothing_hides_ink(rendered: Sheets) -> None:
    """Clutter at the rim is placed beside the ink, wherever the ink is."""
    random = np.random.default_rng(0)
    ink = np.zeros((100, 140), np.float32)
    ink[40:60, 30:110] = 1
    blank = np.full((100, 140, 3), 200, np.uint8)
    changed = 0
    for _ in range(60):
        seen = sheets._lay_object(blank, ink, random)
        assert np.array_equal(seen[ink > 0], blank[ink > 0])
        changed += not np.array_equal(seen, blank)
    assert changed > 20


def test_the_loss_counts_thin_lines() -> None:
    ink = torch.zeros(1, 32, 32, dtype=torch.uint8)
    ink[0, 16] = 255
    nothing = torch.full((1, 32, 32), -9.0)
    all_of_it = torch.where(ink > 0, 9.0, -9.0)
    assert distance(all_of_it, ink) < 0.01
    assert distance(nothing, ink) > 0.4  # though 97 % of the pixels are right


def test_the_loss_asks_nothing_beyond_a_picture() -> None:
    ink = torch.full((1, 32, 32), sheets.OUTSIDE, dtype=torch.uint8)
    ink[0, :16] = 0
    ink[0, 8] = 255
    logits = torch.full((1, 32, 32), -9.0)
    logits[0, 8] = 9
    wild = logits.clone()
    wild[0, 16:] = 9  # the picture's reflection
    assert distance(wild, ink) == distance(logits, ink) < 0.01
    wild[0, 15] = 9
    assert distance(wild, ink) > 0.1


@pytest.fixture(scope="module")
def trained(rendered: Sheets, tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = Settings(epochs=4, batch_size=16, average=0.5)
    torch.set_num_threads(1)
    network = fit(Sheets(rendered.pictures[:96], rendered.ink[:96]), settings, torch.device("cpu"))
    path = tmp_path_factory.mktemp("finder") / "finder.pth"
    unet.save(path, network, {"epochs": settings.epochs})
    return path


def test_it_learns(rendered: Sheets, trained: Path) -> None:
    network, settings = unet.load(trained)
    assert settings == {"epochs": 4}
    held_back = torch.from_numpy(rendered.pictures[96:])
    ink = torch.from_numpy(rendered.ink[96:])
    with torch.inference_mode():
        untrained = distance(unet.UNet().eval()(held_back), ink)
        assert distance(network(held_back), ink) < 0.8 * untrained


@pytest.mark.parametrize("keep", [0.25, 1.0])
def test_a_share_of_the_weights_at_the_start_is_kept(
    rendered: Sheets, trained: Path, keep: float
) -> None:
    few, device = Sheets(rendered.pictures[:16], rendered.ink[:16]), torch.device("cpu")
    settings = Settings(epochs=1, batch_size=16, start=str(trained))
    start = unet.load(trained)[0].state_dict()
    trained_on = fit(few, settings, device).state_dict()
    mixed = fit(few, replace(settings, keep=keep), device).state_dict()
    name = max(start, key=lambda name: start[name].numel())
    assert not torch.equal(trained_on[name], start[name])
    expected = keep * start[name] + (1 - keep) * trained_on[name]
    assert torch.allclose(mixed[name], expected, atol=1e-6)


def test_nothing_can_be_kept_without_a_start(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        training.main(["--keep", "0.5"])
    assert "expected weights to --start from, got none" in capsys.readouterr().err


def test_a_training_that_was_killed_ends_as_an_unbroken_one(
    rendered: Sheets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheets, device = Sheets(rendered.pictures[:32], rendered.ink[:32]), torch.device("cpu")
    settings, checkpoint = Settings(epochs=2, batch_size=16), tmp_path / "checkpoint.pth"
    unbroken = fit(sheets, settings, device).state_dict()
    save = finder_loop.Training.save

    def die_after_saving(training: finder_loop.Training, path: Path) -> None:
        save(training, path)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(finder_loop.Training, "save", die_after_saving)
        with pytest.raises(KeyboardInterrupt):
            fit(sheets, settings, device, checkpoint)
    resumed = fit(sheets, settings, device, checkpoint, resume=True).state_dict()
    assert all(torch.equal(resumed[name], unbroken[name]) for name in unbroken)
    with pytest.raises(ValueError, match="same settings"):
        fit(sheets, Settings(epochs=3), device, checkpoint, resume=True)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (exporting, sources):
        monkeypatch.setattr(module, "load_sources", lambda folder: small_splits())
    monkeypatch.setattr(exporting, "NUM_CALIBRATION", 8)
    monkeypatch.setattr(exporting, "NUM_VALIDATION", 16)


@pytest.mark.usefixtures("small")
def test_the_commands_train_and_export(tmp_path: Path) -> None:
    weights = tmp_path / "finder.pth"
    flags = ["--sheets", "40", "--epochs", "1", "--workers", "1", "--device", "cpu"]
    assert training.main([*flags, "--output", str(weights)]) == 0
    assert command.main(["--model", str(weights), "--output", str(tmp_path)]) == 0
    probabilities = Segmenter(tmp_path / "finder.onnx").ink_probabilities(
        np.zeros((90, 200, 3), np.uint8)
    )
    assert probabilities.shape == (72, 160)
    assert 0 <= probabilities.min() <= probabilities.max() <= 1
    properties = onnx.load(tmp_path / "finder.onnx").metadata_props
    assert {entry.key: entry.value for entry in properties}["contract"] == CONTRACT


@pytest.mark.usefixtures("small")
def test_a_finder_that_lost_too_much_is_not_written(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "MAX_BYTES", 1000)
    assert command.main(["--model", str(trained), "--output", str(tmp_path)]) == 1
    assert list(tmp_path.iterdir()) == []


def test_another_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongModel, match="got none"):
        Segmenter(tmp_path / "missing.onnx")
    (tmp_path / "broken.onnx").write_bytes(b"onnx")
    with pytest.raises(WrongModel, match="expected an ONNX model"):
        Segmenter(tmp_path / "broken.onnx")
    with pytest.raises(WrongModel, match="expected contract"):
        Segmenter(MODEL)
