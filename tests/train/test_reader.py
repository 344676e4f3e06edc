"""The line reader: what it learns from, that it learns, and that a killed run ends the same."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from app.strip import HEIGHT, MARGIN, SIDE_MARGIN, of_strokes
from tests.support.drawings import DIGITS
from train import reader
from train.data.datasets import Digits
from train.data.line_sets import Line, LineSet
from train.data.unipen_sets import Writing
from train.data.written_signs import SIGN_LABELS, written_signs
from train.engine import reader_loop
from train.engine.reader_batches import batch, batches, relative_width, strip_of
from train.engine.reader_loop import Training, exact
from train.engine.reader_run import train
from train.engine.reader_settings import GROUP, Settings
from train.networks.line_reader import CLASSES, STRIDE, SYMBOLS, LineReader, greedy, load, save
from train.render.lines import LAYOUTS, WRITTEN_SIGNS, Composer, Style
from train.render.pixel_lines import PixelComposer
from train.render.signs import SIGNS, sign_strokes

pytestmark = pytest.mark.slow

SETTINGS = Settings(lines=2 * GROUP * 2, batch_size=2)


def writer() -> dict[int, list[list[np.ndarray]]]:
    """One who drew each digit once."""
    return {
        digit: [[np.array(stroke, np.float32) for stroke in strokes]]
        for digit, strokes in DIGITS.items()
    }


def lines() -> LineSet:
    return LineSet([writer()], [Line([np.array([[0.0, 0.0], [1.0, 9.0]])], "1")], [])


def test_a_line_says_what_was_composed() -> None:
    random = np.random.default_rng(0)
    drawn = [Composer([writer()]).draw(random) for _ in range(300)]
    texts = [line.text for line in drawn]
    assert set("".join(texts)) == set(SYMBOLS) - {"?"}
    assert sum(text.isdecimal() for text in texts) > 150
    assert all(np.isfinite(np.concatenate(line.strokes)).all() for line in drawn)


def test_a_line_on_paper_has_its_digits_side_by_side() -> None:
    glyphs = np.zeros((10, 28, 28), np.uint8)
    glyphs[:, 4:24, 9:19] = 255  # each digit is a block, so that spaced ones are pieces of ink
    composer = PixelComposer(Digits(glyphs, np.arange(10)))
    random = np.random.default_rng(0)
    drawn = [composer.draw(random) for _ in range(200)]
    assert all(line.pixels.max() == 255 for line in drawn)
    assert set("".join(line.text for line in drawn)) == set(SYMBOLS) - {"?"}
    single = [line for line in drawn if len(line.text) == 1 and line.text.isdecimal()]
    assert all(cv2.connectedComponents(line.pixels)[0] == 2 for line in single)
    widest = max(relative_width(line) for line in single)
    assert all(relative_width(line) > widest for line in drawn if len(line.text) > 3)
    assert all(strip_of(line).shape[0] == HEIGHT for line in drawn)


def test_a_writers_signs_are_put_where_signs_are_drawn() -> None:
    # A minus that rises steeply, as nothing that is drawn does.
    steep = [np.array([[-0.1, 0.25], [0.1, -0.25]])]
    random = np.random.default_rng(0)
    styles = [Style(random, "1-1", [{"-": [steep]}]) for _ in range(300)]
    drawn = [np.concatenate(style.sign("-")) for style in styles]
    written = [points for points in drawn if np.ptp(points[:, 1]) > 0.2]
    assert abs(len(written) / len(drawn) - WRITTEN_SIGNS) < 0.08
    assert all(-1.5 < points[:, 1].mean() < 0.1 for points in written)
    assert np.ptp(np.concatenate(styles[0].sign("+")), axis=0).min() > 0.2  # one is drawn


def test_layouts_and_signs_are_symbols_of_the_reader() -> None:
    assert set("".join(LAYOUTS)) - set("dD") <= set(SYMBOLS)
    assert set(SIGNS) == set(SYMBOLS) - set("0123456789?")


@pytest.mark.parametrize(
    ("symbol", "top", "bottom"),  # limits in heights of a digit above (below 0) the baseline
    [(".", -0.3, 0.3), (",", -0.2, 0.5), ("-", -1.0, -0.1), ("/", -1.5, 0.4), ("(", -1.4, 0.4)],
)
def test_a_sign_is_where_it_is_written(symbol: str, top: float, bottom: float) -> None:
    for seed in range(20):
        heights = np.concatenate(sign_strokes(symbol, np.random.default_rng(seed)))[:, 1]
        assert top < heights.min()
        assert heights.max() < bottom


def test_signs_have_the_size_of_their_writers_digits() -> None:
    def writing(*samples: tuple[str, str, float]) -> Writing:
        strokes = [[np.array([[5, 7], [5, 7 + height]], np.float32)] for *_, height in samples]
        return Writing(strokes, [label for label, *_ in samples], [name for _, name, _ in samples])

    digits = writing(("1", "a", 50.0), ("7", "a", 40.0), ("0", "a", 60.0))
    characters = writing(
        ("/", "a", 60.0), ("X", "a", 25.0), (":", "a", 5000.0), ("K", "a", 50.0), ("/", "b", 50.0)
    )
    (signs,) = written_signs(digits, characters)  # b wrote no digits
    assert {name: len(drawings) for name, drawings in signs.items()} == {"/": 1, "x": 1}
    assert signs["/"][0][0].tolist() == [[0.0, -0.6], [0.0, 0.6]]
    assert signs["x"][0][0].tolist() == [[0.0, -0.25], [0.0, 0.25]]
    assert {label.lower() for label in SIGN_LABELS} == set(SIGNS)


def test_a_strip_holds_the_ink_in_its_middle() -> None:
    strip = of_strokes([np.array([[10.0, 10.0], [10.0, 210.0]]), np.array([[500.0, 10.0]])]).pixels
    rows, columns = np.nonzero(strip > 127)
    assert strip.shape == (HEIGHT, 98 + 2 * SIDE_MARGIN)  # 490 pixels across, 200 down to 40
    assert abs(rows.min() - MARGIN) <= 1
    assert abs(rows.max() - (HEIGHT - MARGIN)) <= 1
    assert abs(columns.min() - SIDE_MARGIN) <= 1
    assert of_strokes([np.array([[3.0, 3.0]])]).pixels.max() > 0  # a dot


def test_batches_are_the_same_wherever_they_begin() -> None:
    whole = list(batches(lines(), 2, 2 * GROUP, seed=1))
    later = list(batches(lines(), 2, 2 * GROUP, seed=1, start=GROUP))
    assert len(whole) == 2 * GROUP
    for expected, other in zip(whole[GROUP:], later, strict=True):
        assert all(torch.equal(left, right) for left, right in zip(expected, other, strict=True))
    strips, labels, lengths = whole[0]
    assert strips.shape[:3] == (2, 1, HEIGHT)
    assert len(labels) == lengths.sum()


def test_the_network_answers_for_every_fourth_column() -> None:
    logits = LineReader()(torch.zeros(2, 1, HEIGHT, 96))
    assert logits.shape == (2, 96 // STRIDE, CLASSES)


def test_the_best_path_drops_repeats_and_blanks() -> None:
    path = torch.tensor([[2, 2, 0, 2, 1, 0, 11]])  # class n is symbol n - 1
    assert greedy(torch.nn.functional.one_hot(path, CLASSES).float()) == ["110-"]


def test_it_learns() -> None:
    torch.manual_seed(0)
    strip, labels, lengths = batch([Line([np.array([[0.0, 0.0], [0.0, 9.0]])], "1")], None)
    network, loss_of = LineReader().train(), torch.nn.CTCLoss()
    optimizer = torch.optim.AdamW(network.parameters(), 2e-3)
    losses = []
    for _ in range(30):
        scores = network(strip).log_softmax(2).transpose(0, 1)
        loss = loss_of(scores, labels, torch.tensor([scores.shape[0]]), lengths)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.2 * losses[0]


def test_a_killed_run_ends_as_an_unbroken_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_loop, "CHECKPOINT", GROUP)
    unbroken = Training(SETTINGS)
    unbroken.run(lines(), {}, tmp_path / "unbroken.pth")

    def kill(*_: object) -> float:
        raise KeyboardInterrupt

    monkeypatch.setattr(reader_loop, "exact", kill)
    with pytest.raises(KeyboardInterrupt):
        Training(SETTINGS).run(lines(), {"strings": lines().strings}, tmp_path / "killed.pth")
    resumed = Training(SETTINGS)
    resumed.restore(tmp_path / "killed.pth")
    assert resumed.step == GROUP
    resumed.run(lines(), {}, tmp_path / "killed.pth")
    for left, right in zip(
        unbroken.averaged.parameters(), resumed.averaged.parameters(), strict=True
    ):
        assert torch.equal(left, right)


def test_a_share_of_the_weights_at_the_start_is_kept(tmp_path: Path) -> None:
    start, output = LineReader(), tmp_path / "reader.pth"
    save(tmp_path / "start.pth", start, {"seed": 7})
    settings = Settings(lines=GROUP * 2, batch_size=2, start=str(tmp_path / "start.pth"), keep=1.0)
    train(settings, lines(), lines(), tmp_path, output, resume=False)
    network, made_by = load(output)
    assert (made_by["keep"], made_by["start"]) == (1.0, {"seed": 7})
    for left, right in zip(start.parameters(), network.parameters(), strict=True):
        assert torch.equal(left, right), "with all of it kept, nothing is learned"


def test_nothing_can_be_kept_without_a_start(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        reader.main(["--keep", "0.5"])
    assert "expected weights to --start from, got none" in capsys.readouterr().err


def test_the_share_of_lines_read_exactly() -> None:
    class Ones(torch.nn.Module):
        """Reads every line as 1."""

        def forward(self, strips: torch.Tensor) -> torch.Tensor:
            scores = torch.zeros(len(strips), strips.shape[3] // STRIDE, CLASSES)
            scores[:, 0, SYMBOLS.index("1") + 1] = scores[:, 1:, 0] = 1
            return scores

    stroke = [np.array([[0.0, 0.0], [0.0, 9.0]])]
    assert exact(Ones(), [Line(stroke, "1"), Line(stroke, "7"), Line(stroke, "1")]) == 2 / 3


def test_another_runs_checkpoint_is_refused(tmp_path: Path) -> None:
    Training(SETTINGS).save(tmp_path / "checkpoint.pth")
    with pytest.raises(ValueError, match="expected a run with the same settings"):
        Training(Settings(lines=2 * GROUP, batch_size=2)).restore(tmp_path / "checkpoint.pth")
