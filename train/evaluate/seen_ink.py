"""Shows what is seen as ink: `python -m train.evaluate.seen_ink [--data DIR]`, a minute.

Writes models/images/seen-ink.png: photographed cells of sudokus and rendered sheets, below them the
ink that the shipped finder sees, and in the last row the ink that is left when lines are erased,
with what is read there. Each `--finder FILE` adds a row for an earlier finder.
"""

import argparse
import sys
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from app.ink.photographs.segmenter import Segmenter
    from app.recognizer import Recognizer

    Picture = NDArray[np.uint8]  # (h, w, 3) RGB

NUM_CELLS: Final = 6  # of sudokus
NUM_SHEETS: Final = 8
_SEED: Final = 7  # of the rendered sheets
_GAP: Final = 6  # pixels between pictures
_CAPTION: Final = 20  # pixels below the last row for what is read
_MAX_CAPTION: Final = 15  # characters


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m train.evaluate.seen_ink", description=__doc__)
    parser.add_argument("--data", metavar="DIR", help="data folder, else $DIGITS_DATA, else data/")
    parser.add_argument(
        "--finder", type=Path, action="append", default=[], help="an earlier finder.onnx"
    )
    parser.add_argument("--output", type=Path, default=Path("models/images/seen-ink.png"))
    command = parser.parse_args(arguments)

    # Imported late: loading the data takes seconds, and --help does not need it.
    import cv2
    import numpy as np

    from app.inference.session import WrongModel
    from app.ink.photographs.segmenter import SEGMENTER_MODEL, Segmenter
    from app.recognizer import Recognizer
    from train.data.datasets import data_folder
    from train.data.download import DataError

    try:
        finders = [Segmenter(path) for path in (*command.finder, SEGMENTER_MODEL)]
        recognizer = Recognizer()
        columns = [
            np.concatenate([_column(each, finders), _read(each, recognizer)])
            for each in _pictures(data_folder(command.data))
        ]
    except (DataError, WrongModel, OSError) as error:
        print(f"seen_ink: {error}", file=sys.stderr)
        return 1
    if not cv2.imwrite(str(command.output), np.hstack(columns)[..., ::-1]):
        print(f"seen_ink: {command.output}: cannot be written", file=sys.stderr)
        return 1
    print(f"wrote {command.output}")
    return 0


def _pictures(folder: Path) -> "list[Picture]":
    """Cells of different sudokus, if those are in the folder, and rendered sheets."""
    from train.config import Config
    from train.data import sudoku
    from train.data.sources import load_sources
    from train.evaluate.served_scores import SUDOKU_FILE
    from train.render.sheets import SheetMaker

    cells: list[Picture] = []
    if (folder / SUDOKU_FILE).is_file():
        all_cells = sudoku.load(folder / SUDOKU_FILE).cells
        step = len(all_cells) // NUM_CELLS
        cells = [all_cells.picture(index * step) for index in range(NUM_CELLS)]
    maker = SheetMaker(load_sources(folder).validation, Config())
    return [*cells, *maker.make(NUM_SHEETS, (_SEED,)).pictures]


def _column(picture: "Picture", finders: "Sequence[Segmenter]") -> "Picture":
    """A picture, and below it the ink that each finder sees, black on white: uint8 (h, w, 3)."""
    import numpy as np

    from app.ink.photographs.segmenter import SIDE
    from app.ink.resize import resize_to_side

    shown = [resize_to_side(picture, SIDE)]
    for finder in finders:
        paper = 255 - np.round(255 * finder.ink_probabilities(picture)).astype(np.uint8)
        shown.append(np.repeat(paper[..., None], 3, axis=2))
    tiles = np.full((len(shown), SIDE + _GAP, SIDE + _GAP, 3), 128, np.uint8)
    for tile, image in zip(tiles, shown, strict=True):
        tile[: image.shape[0], : image.shape[1]] = image
    return tiles.reshape(-1, SIDE + _GAP, 3)


def _read(picture: "Picture", recognizer: "Recognizer") -> "Picture":
    """The writing in a picture's likeliest ink map, and below it what is read: uint8 (h, w, 3)."""
    import cv2
    import numpy as np

    from app.ink.image import ink_maps
    from app.ink.photographs.segmenter import SIDE
    from app.ink.resize import resize_to_side

    paper = np.full(picture.shape[:2], 255, np.uint8)
    for ink in islice(ink_maps(picture), 1):
        move = np.array([[1 / ink.scale, 0, ink.left], [0, 1 / ink.scale, ink.top]])
        moved = cv2.warpAffine(ink.mask, move, paper.shape[::-1])
        paper = np.subtract(255, moved, dtype=np.uint8)
    small = resize_to_side(paper, SIDE)
    tile = np.full((SIDE + _GAP + _CAPTION, SIDE + _GAP), 128, np.uint8)
    tile[: small.shape[0], : small.shape[1]] = small
    tile[-_CAPTION:] = 255
    text = " ".join(recognizer.read_image(picture).text.split()) or "nothing"
    text = text if len(text) <= _MAX_CAPTION else text[: _MAX_CAPTION - 3] + "..."
    place, font = (4, len(tile) - 5), cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(tile, text, place, font, 0.5, 0, 1, cv2.LINE_AA)
    return np.repeat(tile[..., None], 3, axis=2)


if __name__ == "__main__":
    sys.exit(main())
