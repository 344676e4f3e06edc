"""What every evaluation agrees on: the names of the sets and the operating point."""

from collections.abc import Container
from typing import Final

MNIST: Final = "MNIST validation"
TEST: Final = "MNIST test"
INK: Final = "pen ink"
OTHER_INK: Final = "other writers' ink"
PHOTOGRAPHED_INK: Final = "photographed ink"
PHOTOGRAPHED_MNIST: Final = "photographed MNIST"

UNIPEN: Final = "UNIPEN digits"
UNIPEN_WORDS: Final = "UNIPEN digits between words"
BHMSDS: Final = "bhmsds digits"
UNIPEN_TEST: Final = "UNIPEN test digits"
UNIPEN_LETTERS: Final = "UNIPEN letters"
BHMSDS_SIGNS: Final = "bhmsds signs"

# Sets of whole inputs that serving reads; see served_scores.
UNIPEN_CHARACTERS: Final = "UNIPEN digits, each told to be one character"
UNIPEN_DRAWINGS: Final = "UNIPEN digits"
NUMBER_STRINGS: Final = "UNIPEN numbers"
SIGNED_STRINGS: Final = "UNIPEN numbers with signs"
SUDOKU_CELLS: Final = "sudoku cells"
MNIST_PICTURES: Final = "MNIST validation as pictures"
TEST_PICTURES: Final = "MNIST test as pictures"

TEST_SETS: Final = (TEST, UNIPEN_TEST)  # read once, at export; nothing is decided by them
# What temperature and thresholds are fitted on, by collection. Each collection has the same weight,
# however many digits it has.
COLLECTIONS: Final = {
    "MNIST": (MNIST,),
    "UCI": (INK,),
    "UNIPEN": (UNIPEN, UNIPEN_WORDS),
    "bhmsds": (BHMSDS,),
}
CALIBRATED: Final = tuple(name for names in COLLECTIONS.values() for name in names)
# Share of the digits that may be rejected as "not a digit" when models are compared, and that the
# threshold in a model is set for; the mean of the collections.
TARGET_FALSE_REJECT_RATE: Final = 0.005
TARGET_DOUBT_RATE: Final = 0.02  # of the digits that are marked as doubtful or rejected


def collections_in(sets: Container[str]) -> dict[str, list[str]]:
    """Of each collection that has any, the names of the sets that are there."""
    present = {
        collection: [name for name in names if name in sets]
        for collection, names in COLLECTIONS.items()
    }
    return {collection: names for collection, names in present.items() if names}
