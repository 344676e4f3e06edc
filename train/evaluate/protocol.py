"""The names of the sets, and the target rates, which all evaluations have in common."""

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
UNIPEN_CHARACTERS: Final = "UNIPEN digits, each as one character"
UNIPEN_DRAWINGS: Final = "UNIPEN digits"
NUMBER_STRINGS: Final = "UNIPEN numbers"
SIGNED_STRINGS: Final = "UNIPEN numbers with signs"
SUDOKU_CELLS: Final = "sudoku cells"
SUDOKU_PAGES: Final = "sudoku photographs"
MNIST_PICTURES: Final = "MNIST validation as pictures"
TEST_PICTURES: Final = "MNIST test as pictures"

TEST_SETS: Final = (TEST, UNIPEN_TEST)  # read once, at export; nothing is decided by them
# The sets that temperature and thresholds are fitted on, by collection. All collections have the
# same weight, whatever their sizes.
COLLECTIONS: Final = {
    "MNIST": (MNIST,),
    "UCI": (INK,),
    "UNIPEN": (UNIPEN, UNIPEN_WORDS),
    "bhmsds": (BHMSDS,),
}
CALIBRATED: Final = tuple(name for names in COLLECTIONS.values() for name in names)
# Shares of the digits, in the mean of the collections.
TARGET_FALSE_REJECT_RATE: Final = 0.005  # rejected as "not a digit" at a model's threshold
TARGET_DOUBT_RATE: Final = 0.02  # rejected or marked as doubtful


def collections_in(sets: Container[str]) -> dict[str, list[str]]:
    """For each collection, the names of its sets that are there, without empty collections."""
    present = {
        collection: [name for name in names if name in sets]
        for collection, names in COLLECTIONS.items()
    }
    return {collection: names for collection, names in present.items() if names}
