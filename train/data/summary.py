"""What `python -m train.data` prints of UNIPEN, bhmsds and the sudokus."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from train.data import bhmsds, sudoku, unipen_characters, unipen_sets
from train.data.unipen_archive import Archive
from train.data.unipen_download import obtain_unipen

BHMSDS: Final = "bhmsds/bhmsds-part.zip"
SUDOKU: Final = "sudoku/sudoku-scanner-part.zip"
_UNIPEN: Final = {
    "digits": unipen_sets.digits,
    "number strings": unipen_sets.number_strings,
    "digits as words": unipen_sets.single_digit_words,
    "letters and signs": unipen_characters.characters,
}


def unipen_lines(folder: Path) -> Iterator[str]:
    """Samples and writers of each part of UNIPEN, downloaded where missing. Raises DataError."""
    with Archive(obtain_unipen(folder)) as archive:
        for name, read in _UNIPEN.items():
            for part, writing in vars(read(archive)).items():
                yield f"UNIPEN {name} {part}: {len(writing)} by {len(set(writing.writers))} writers"


def picture_lines(folder: Path) -> Iterator[str]:
    """Pictures in each part of the sets that are used where they are in the folder."""
    if (folder / BHMSDS).is_file():
        for part in ("train", "validation"):
            kinds = vars(bhmsds.load(folder / BHMSDS, part))
            counts = ", ".join(f"{len(pictures)} {kind}" for kind, pictures in kinds.items())
            yield f"bhmsds {part}: {counts}"
    if (folder / SUDOKU).is_file():
        loaded = sudoku.load(folder / SUDOKU)
        yield f"sudokus: {len(loaded.cells)} cells, {len(loaded.grids)} photographs"
