"""Printed characters that are shaped like a digit and so are not used as negatives.

The table was made like the one in `train.data.omniglot_split`, which gives the reasons.
"""

from typing import Final

# Letters and signs of the fonts in train.negatives.typefaces, by the digit that they look like.
PRINTED: Final[dict[str, str]] = {
    "0": "OoQDОоОоΟοΘθӨөØøəɐ○◌◍◎●◯◦⚆⚇⚈⚉⚪⚫⚬⚰⛀⛁⛂⛃▢▫◻◽❏❐❑❒იըԸ◉◐◑◒◓◔◕◖◗◇◈◊♢⊖⊘⊙⊚⊛⊝∅סםטՕօծԾهة☉❍◴◵◶◷",
    "1": "☤☘lլյIiנ[]{}|/\\()ΙιІіЇїӀӏ'`;,†‡וןזיՂւاأإآر∣∤∕∖⊥∫≀❘❙❚▮▯♪◜◝◞◟◧◨♩",
    "2": "ZzגΖշՇզԶՀջՋչՉב☡",
    "3": "ЗзჯЭэξζЪъვკპჳჰეუՅ∃∄∋∌∍",
    "4": "ЧчуУՎվԿկ♃♮☇☈⚡",
    "5": "Ssءئيქ$ЅѕՏ§Бى♄",
    "6": "bطظჩრაGбЬьЫыѢѣðδσς∂ნბსხճՃ☌♭❛❝⚲",
    "7": "דרךל¬↴",
    "8": "BՖֆΒβВвգძმცზჭჟგტწშձՁՑ☍",
    "9": "gqقდوؤمցքԳԹყքפφ❜❞❟❠❡ף☟",
}
LOOKALIKES: Final = frozenset("".join(PRINTED.values()))
