"""The history of the drawing, by which each stroke, clear and sample can be undone and redone."""

from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import streamlit as st

MAX_CHANGES: Final = 200  # that are kept to be undone
MAX_KEPT_BYTES: Final = 1 << 20  # of all strokes in them, as JSON; a stroke has some kilobytes

Objects = list[dict[str, Any]]  # a drawing, as Fabric objects


@dataclass
class History:
    """The shown drawing, earlier ones, and those that were undone; the latest are last."""

    shown: Objects = field(default_factory=list)
    past: list[Objects] = field(default_factory=list)
    undone: list[Objects] = field(default_factory=list)

    def note(self, objects: Objects) -> None:
        """Adds the drawing on the canvas, which may have new strokes since the last one.

        Each is a change, also of a drawing that comes back to a session that has none.
        """
        # Each run brings its own copies of the strokes that have been there before.
        known = [old if old == new else new for old, new in zip(self.shown, objects, strict=False)]
        objects = [*known, *objects[len(known) :]]
        for count in range(len(self.shown) + 1, len(objects) + 1):
            self._add(objects[:count])
        self.shown = objects
        self.past = _latest(self.past)

    def change(self, objects: Objects) -> None:
        """Shows another drawing; drawings that were undone can then no longer be redone."""
        self._add(objects)
        self.past = _latest(self.past)

    def _add(self, objects: Objects) -> None:
        self.past = [*self.past, self.shown][-MAX_CHANGES:]
        self.shown, self.undone = objects, []

    def undo(self) -> None:
        """Shows the drawing before the last change, if there was one."""
        if self.past:
            self.undone.append(self.shown)
            self.shown = self.past.pop()

    def redo(self) -> None:
        """Shows the drawing that was undone last, if there is one."""
        if self.undone:
            self.past.append(self.shown)
            self.shown = self.undone.pop()


def _latest(drawings: list[Objects]) -> list[Objects]:
    """The last drawing, and those before it whose strokes have MAX_KEPT_BYTES together.

    Strokes that are the same object in several drawings count once.
    """
    kept: list[Objects] = []
    counted: set[int] = set()
    num_bytes = 0
    for drawing in reversed(drawings):
        strokes = [stroke for stroke in drawing if id(stroke) not in counted]
        num_bytes += sum(len(msgspec.json.encode(stroke)) for stroke in strokes)
        if kept and num_bytes > MAX_KEPT_BYTES:
            break
        counted.update(map(id, strokes))
        kept.append(drawing)
    return kept[::-1]


def current_history() -> History:
    """The history of the present visitor."""
    history: History = st.session_state.setdefault("history", History())
    return history
