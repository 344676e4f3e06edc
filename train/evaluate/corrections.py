"""Does correcting help? `python -m train.evaluate.corrections [--data DIR]`, about a minute.

Takes the held-back writers' digits that the shipped model misreads, and what the same writer
would draw the next time (train.augment.strokes varies the strokes). After each of up to three
corrections it counts how many of a class are still misread, and how many of the writer's other
digits, read rightly before, no longer are. Writes models/memory.json.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.inference.prototypes import Prototypes
from app.ink import strokes
from app.recognizer import MODEL, NUM_DIGITS, Recognizer
from train.augment.strokes import vary_ink
from train.config import Config
from train.data.datasets import Ink, data_folder, load_pendigits
from train.data.download import DataError

CORRECTIONS: Final = 3
DRAWN_AGAIN: Final = 12  # drawings of each digit
_SEED: Final = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m train.evaluate.corrections", description=__doc__
    )
    parser.add_argument("--model", type=Path, default=MODEL, help="an exported model")
    parser.add_argument("--data", metavar="DIR", help="data folder, else $DIGITS_DATA, else data/")
    parser.add_argument("--output", type=Path, default=Path("models/memory.json"))
    command = parser.parse_args(arguments)
    try:
        validation = load_pendigits(data_folder(command.data)).validation
    except DataError as error:
        print(f"memory_score: {error}", file=sys.stderr)
        return 1
    figures = score(Recognizer(command.model), validation)
    figures["model"] = hashlib.sha256(command.model.read_bytes()).hexdigest()
    command.output.write_text(json.dumps(figures, indent=2) + "\n")
    print(json.dumps(figures, indent=2))
    print(f"wrote {command.output}")
    return 0


def score(recognizer: Recognizer, source: Ink) -> dict[str, Any]:
    """Shares of misread digits in percent, before (first) and after 1, 2, 3 corrections.

    misread: of the misread drawings of a corrected class. others: of the same writers' drawings
    that were read correctly before.
    """
    drawn = _Drawn(recognizer, source)
    misread, others = np.zeros((2, CORRECTIONS + 1)), np.zeros((2, CORRECTIONS + 1))
    wrong = np.flatnonzero(drawn.read() != drawn.labels)
    groups = {(int(source.writers[drawn.of[one]]), int(drawn.labels[one])) for one in wrong}
    for writer, label in sorted(groups):
        by_writer = source.writers[drawn.of] == writer
        mine = wrong[by_writer[wrong] & (drawn.labels[wrong] == label)]
        taught = _spread(mine, drawn.of)[:CORRECTIONS]
        class_ = np.flatnonzero(by_writer & (drawn.labels == label))
        rest = np.setdiff1d(np.flatnonzero(by_writer & (drawn.labels != label)), wrong)
        rest = np.concatenate([rest, np.setdiff1d(class_, wrong)])
        prototypes = Prototypes()
        for count in range(CORRECTIONS + 1):
            if 0 < count <= len(taught):
                prototypes.learn(drawn.features[taught[count - 1]], label)
            read = drawn.read(prototypes)
            unseen = np.setdiff1d(mine, taught)  # what was taught is no test
            misread[:, count] += (read[unseen] != label).sum(), len(unseen)
            others[:, count] += (read[rest] != drawn.labels[rest]).sum(), len(rest)
    return {
        "corrections": list(range(CORRECTIONS + 1)),
        "misread": _percent(misread),
        "others": _percent(others),
        "misread_drawings": int(misread[1, 0]),
        "other_drawings": int(others[1, 0]),
        "command": "python -m train.evaluate.corrections",
    }


class _Drawn:
    """DRAWN_AGAIN drawings of every digit. of: (n,), the index of the digit; labels: (n,)."""

    def __init__(self, recognizer: Recognizer, source: Ink) -> None:
        random, config = np.random.default_rng(_SEED), Config()
        self.of = np.repeat(np.arange(len(source.labels)), DRAWN_AGAIN)
        self.labels = source.labels[self.of]
        glyphs = np.stack(
            [strokes.ink_glyph(vary_ink(source.strokes[one], config, random)) for one in self.of]
        )
        self._logits = recognizer.logits(glyphs)[:, :NUM_DIGITS]
        self.features = recognizer.features(glyphs)

    def read(self, prototypes: Prototypes | None = None) -> NDArray[np.int64]:
        """The digit that each is read as, (n,)."""
        boost = 0 if prototypes is None else prototypes.boost(self.features)
        return np.asarray((self._logits + boost).argmax(axis=1), np.int64)


def _spread(drawings: NDArray[np.int64], of: NDArray[np.int64]) -> NDArray[np.int64]:
    """The drawings, first one of each digit, then the others."""
    _, first = np.unique(of[drawings], return_index=True)
    return np.concatenate([drawings[first], np.delete(drawings, first)])


def _percent(counts: NDArray[np.float64]) -> list[float]:
    return [round(100 * float(wrong / max(total, 1)), 2) for wrong, total in counts.T]


if __name__ == "__main__":
    sys.exit(main())
