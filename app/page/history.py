"""The history of the drawing, by which each stroke, clear and sample can be undone and redone."""

from dataclasses import dataclass, field
from typing import Any, Final

import streamlit as st

MAX_CHANGES: Final = 200  # that are kept to be undone

Objects = list[dict[str, Any]]  # a drawing, as Fabric objects


@dataclass
class History:
    """The shown drawing, earlier ones, and those that were undone; the latest are last."""

    shown: Objects = field(default_factory=list)
    past: list[Objects] = field(default_factory=list)
    undone: list[Objects] = field(default_factory=list)

    def note(self, objects: Objects) -> None:
        """Adds the drawing on the canvas, which may have new strokes since the last one."""
        for count in range(len(self.shown) + 1, len(objects) + 1):
            self.change(objects[:count])
        self.shown = objects

    def change(self, objects: Objects) -> None:
        """Shows another drawing; drawings that were undone can then no longer be redone."""
        self.past = [*self.past, self.shown][-MAX_CHANGES:]
        self.shown, self.undone = objects, []

    def restore(self, objects: Objects) -> None:
        """Shows what the browser has kept: a change, unless the canvas has shown it already."""
        if self.shown:
            self.shown = objects
        else:
            self.change(objects)

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


def current_history() -> History:
    """The history of the present visitor."""
    history: History = st.session_state.setdefault("history", History())
    return history
