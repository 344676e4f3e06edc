"""What every evaluation agrees on: the names of the sets and the operating point."""

from typing import Final

MNIST: Final = "MNIST validation"
TEST: Final = "MNIST test"
INK: Final = "pen ink"
OTHER_INK: Final = "other writers' ink"
PHOTOGRAPHED_INK: Final = "photographed ink"
PHOTOGRAPHED_MNIST: Final = "photographed MNIST"

CALIBRATED: Final = (MNIST, INK)  # temperature and threshold are fitted on them
# Share of the digits that may be rejected as "not a digit" when models are compared.
TARGET_FALSE_REJECT_RATE: Final = 0.005
