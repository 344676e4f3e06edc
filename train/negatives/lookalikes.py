"""Printed characters that are shaped like a digit, so that they are no negatives to learn from.

The table was made as the one in `train.data.omniglot_split`, where the reason is given.
"""

from typing import Final

# Printed letters and signs of the fonts in train.negatives.typefaces, by the digit they look like.
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
