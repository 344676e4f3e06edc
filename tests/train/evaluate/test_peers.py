"""The comparison with PP-OCR: what is compared, and that PP-OCR may be missing."""

from pathlib import Path

import numpy as np
import pytest

from app.reading import Reading
from train.evaluate import peer_scores, peers
from train.evaluate.peer_scores import Questions


def test_it_is_skipped_where_the_peer_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(peers, "PEER", "no_such_reader")
    output = tmp_path / "peers.json"
    assert peers.main(["--output", str(output)]) == 0
    assert "skipped, because no_such_reader 3.10.0 is not installed" in capsys.readouterr().out
    assert not output.exists()


class Decoder:
    """Like PP-OCR's: blank first, then its characters; answers the likeliest of each column."""

    character = ("blank", "a", "7", "9", " ")

    def __call__(self, scores: np.ndarray, word_box: bool, ratio: float = 1.0) -> str:
        assert (word_box, ratio) == (True, 2.0)
        return "".join(self.character[index] for index in scores.argmax(axis=1))


def test_only_digits_are_chosen() -> None:
    decode = peer_scores._digits_only(Decoder())
    scores = np.array([[0.1, 0.8, 0.1, 0, 0], [0, 0.5, 0.1, 0.3, 0.4]], np.float32)
    assert decode(scores, True, ratio=2.0) == "blank9"


class Peer:
    """Answers 7, and keeps for each picture whether it has a single line."""

    def __init__(self) -> None:
        self.tightness: list[bool] = []

    def __call__(self, picture: np.ndarray, is_tight: bool) -> str:
        self.tightness.append(is_tight)
        return "7"


def test_both_read_the_same_pictures() -> None:
    peer = Peer()
    questions = Questions([np.zeros((9, 9), np.uint8)] * 4, ["7", "7", "7", "8"], is_tight=True)
    figures = peer_scores.score(lambda _: Reading(), peer, questions)  # type: ignore[arg-type]
    assert (figures["n"], figures["digits"], figures["peer"]) == (4, 0.0, 75.0)
    assert peer.tightness == [True] * 4
