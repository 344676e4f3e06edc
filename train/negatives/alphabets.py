"""The printed characters and the fonts of negatives, for training and for validation.

The fonts come with matplotlib, so nothing has to be downloaded. Digits of any script are left out,
and so are the characters in train.negatives.lookalikes.
"""

import unicodedata
from dataclasses import dataclass
from typing import Final

from train.negatives.lookalikes import LOOKALIKES


def _span(first: int, last: int) -> str:
    return "".join(map(chr, range(first, last + 1)))


# is_allowed leaves out the digits and look-alikes among these.
ALPHABETS: Final[dict[str, str]] = {
    "Latin": _span(0x41, 0x5A) + _span(0x61, 0x7A),
    "Greek": _span(0x391, 0x3A9) + _span(0x3B1, 0x3C9),
    "Cyrillic": _span(0x410, 0x44F) + "ЂЉЊЋЏђљњћџѪѫ",
    "Armenian": _span(0x531, 0x556) + _span(0x561, 0x586),
    "Georgian": _span(0x10D0, 0x10F0),
    "Hebrew": _span(0x5D0, 0x5EA),
    "Arabic": _span(0x621, 0x63A) + _span(0x641, 0x64A),
    "punctuation": "?%@#+=*!&~^<>[]{}",
    "more punctuation": "«»¿±×÷£¥€©®¶…",
    "arrows": _span(0x2190, 0x21B5) + _span(0x21D0, 0x21DD),
    "operators": "√∛∝∞∟∠∡∢∧∨∩∪∴∵∷∻∼∽≁≃≅≈≉≎≠≡≢≣≤≥≪≫≮≯⊂⊃⊄⊆⊇⊏⊐⊓⊔⊕⊗⊞⊟⊠⊡⊢⊣⊩⊪⊬⋈⋉⋊⋋⋌⋏⋎∀∏∐∑∆∇∈∉",
    "pictures": _span(0x25A0, 0x25FF) + _span(0x2600, 0x2672) + _span(0x2680, 0x2767),
}


@dataclass(frozen=True)
class Typefaces:
    """Some of matplotlib's fonts, and each alphabet's share of the characters drawn with them.

    plain: fonts by file name. letters_only: fonts of which only ASCII letters are used, because
    they have other signs at some code points.
    """

    plain: tuple[str, ...]
    letters_only: tuple[str, ...]
    shares: tuple[tuple[str, float], ...]


# Without Greek, which train.data.omniglot_split keeps for validation, and without italics, because
# some italic Cyrillic letters are shaped like digits.
TRAINING: Final = Typefaces(
    ("DejaVuSans", "DejaVuSansMono", "DejaVuSans-Oblique", "DejaVuSerif"),
    ("cmss10", "cmtt10"),
    (
        *(("Latin", 0.36), ("Cyrillic", 0.11), ("Armenian", 0.05), ("Georgian", 0.03)),
        *(("Hebrew", 0.05), ("Arabic", 0.06), ("punctuation", 0.10), ("more punctuation", 0.03)),
        *(("arrows", 0.05), ("operators", 0.07), ("pictures", 0.09)),
    ),
)
VALIDATION: Final = Typefaces(
    ("STIXGeneral", "STIXGeneralItalic"),
    ("cmr10", "cmti10"),
    (("Latin", 0.7), ("Greek", 0.3)),
)


def is_allowed(character: str) -> bool:
    """Whether a character is neither a digit of any script nor shaped like one."""
    return not unicodedata.category(character).startswith("N") and character not in LOOKALIKES
